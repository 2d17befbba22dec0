import { RollcallError } from '@rollcall/protocol';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { endTask } from './end-task.js';
import { type HeldTask, readHeldTask, saveHeldTask } from './held-task.js';
import type { TaskRow } from './task-table.js';

/** How many times a step is tried before its task fails. */
export const MAX_TRIES = 5;

/** How the pauses between tries grow. */
export interface BackOff {
  /** The longest pause after the first try. It doubles with every further try. */
  baseMs: number;
  /** No pause is longer. */
  capMs: number;
}

/** The pauses of a server. */
export const DEFAULT_BACK_OFF: BackOff = { baseMs: 1000, capMs: 60_000 };

/**
 * The pause before the next try, in whole milliseconds: anything from 0 to a limit that doubles with every try (full
 * jitter). So tasks that failed together do not come back together.
 * @param tries how many tries there have been, from 1.
 * @param random from 0 (inclusive) to 1 (exclusive).
 */
export function backOffMs(tries: number, backOff: BackOff, random = Math.random()): number {
  const limit = Math.min(backOff.capMs, backOff.baseMs * 2 ** (tries - 1));
  return Math.floor(random * (limit + 1));
}

/** What a worker releases a task with. */
export interface ReleaseOptions {
  unitOfWork: UnitOfWork;
  held: HeldTask;
}

/**
 * Releases a task whose step threw. The task waits for its next try, or fails if this was the last one. If it was to be
 * cancelled, it ends as cancelled.
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
 * Releases a task because this process stops, so that any worker can claim it at once. The try does not count, since the
 * task is not at fault.
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

/** The error of a bug of ours has no details, which may name paths or data. They are in the server log. */
function toTaskError(error: unknown): { code: string; message: string } {
  if (error instanceof RollcallError && error.code !== 'INTERNAL') {
    return { code: error.code, message: error.message };
  }
  return {
    code: 'INTERNAL',
    message: `an internal error, ${MAX_TRIES} times; the server log has the details`,
  };
}
