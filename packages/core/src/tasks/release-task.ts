import { RollcallError } from '@rollcall/protocol';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { endTask } from './end-task.js';
import { type HeldTask, readHeldTask, saveHeldTask } from './held-task.js';
import type { TaskRow } from './task-table.js';

/** How many times a step is tried before its task has failed. */
export const MAX_TRIES = 5;

/** How long the pauses between tries grow. */
export interface BackOff {
  /** The longest pause after the first try; it doubles with every further one. */
  baseMs: number;
  /** No pause is longer. */
  capMs: number;
}

/** The pauses of a server. */
export const DEFAULT_BACK_OFF: BackOff = { baseMs: 1000, capMs: 60_000 };

/**
 * The pause before the next try, in whole milliseconds: anything from none to a limit that doubles with every try (full
 * jitter), so that tasks that failed together do not come back together.
 * @param tries how many tries there have been, from 1.
 * @param random from 0 (inclusive) to 1 (exclusive).
 */
export function backOffMs(tries: number, backOff: BackOff, random = Math.random()): number {
  const limit = Math.min(backOff.capMs, backOff.baseMs * 2 ** (tries - 1));
  return Math.floor(random * (limit + 1));
}

/** What a worker gives a task back with. */
export interface ReleaseOptions {
  unitOfWork: UnitOfWork;
  held: HeldTask;
}

/**
 * Gives back a task whose step threw. It waits for its next try, or has failed when that was the last one; one that was
 * to be cancelled is.
 * @returns the task as it was committed.
 * @throws TaskOvertaken
 */
export function releaseAfterError(
  { unitOfWork, held }: ReleaseOptions,
  error: unknown,
  backOff: BackOff,
): Promise<TaskRow> {
  return unitOfWork.write(async transaction => {
    const row = await readHeldTask(transaction, held);
    if (row.cancel_requested && !row.within_user) {
      return endTask(transaction, row, { status: 'cancelled', actor: row.cancelled_by });
    }
    if (row.tries >= MAX_TRIES) {
      return endTask(transaction, row, { status: 'failed', error: toTaskError(error) });
    }
    const waiting: TaskRow = { ...row, status: 'pending', updated_at: transaction.now };
    await saveHeldTask(transaction, waiting, { pauseMs: backOffMs(row.tries, backOff) });
    return waiting;
  });
}

/**
 * Gives back a task that this process stops working on, for anybody to take at once. That the process stops is no fault
 * of the task, so its try does not count.
 * @returns the task as it was committed.
 * @throws TaskOvertaken
 */
export function releaseAtStop({ unitOfWork, held }: ReleaseOptions): Promise<TaskRow> {
  return unitOfWork.write(async transaction => {
    const row = await readHeldTask(transaction, held);
    if (row.cancel_requested && !row.within_user) {
      return endTask(transaction, row, { status: 'cancelled', actor: row.cancelled_by });
    }
    const waiting: TaskRow = { ...row, status: 'pending', tries: row.tries - 1, updated_at: transaction.now };
    await saveHeldTask(transaction, waiting, { pauseMs: 0 });
    return waiting;
  });
}

/** A fault of ours is told without details: they may name paths or data, and stand in the server's log. */
function toTaskError(error: unknown): { code: string; message: string } {
  if (error instanceof RollcallError && error.code !== 'INTERNAL') {
    return { code: error.code, message: error.message };
  }
  return {
    code: 'INTERNAL',
    message: `a fault of the server, ${MAX_TRIES} times; the server log has the rest`,
  };
}
