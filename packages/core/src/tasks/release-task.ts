import { RollcallError } from '@rollcall/protocol';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { type BackOff, backOffMs, MAX_TRIES } from './back-off.js';
import { endTask } from './end-task.js';
import { type HeldTask, readHeldTask, saveHeldTask } from './held-task.js';
import type { TaskRow } from './task-table.js';

/** What a worker gives a task back with. */
export interface PutBackOptions {
  unitOfWork: UnitOfWork;
  held: HeldTask;
}

/**
 * Gives back a task whose step threw. It waits for its next try, or has failed when that was the last one; one that was
 * to be cancelled is.
 * @returns the task as it was committed.
 * @throws TaskOvertaken
 */
export function putBackAfterError(
  { unitOfWork, held }: PutBackOptions,
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
export function putBackAtStop({ unitOfWork, held }: PutBackOptions): Promise<TaskRow> {
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
