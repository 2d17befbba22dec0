import type { Actor } from '@rollcall/protocol';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { saveHeldTask } from './held-task.js';
import { logTaskEvent } from './log-task-event.js';
import type { TaskRow } from './task-table.js';

/** How a task ends. */
export type TaskEnd = {
  /** Whom the event names; default who asked for the task. */
  actor?: Actor;
} & ({ status: 'completed' | 'cancelled' } | { status: 'failed'; error: { code: string; message: string } });

/**
 * Ends a task, for ever, and logs the event that says so in the same transaction.
 * @returns the task as it stays.
 * @throws TaskOvertaken
 */
export async function endTask(transaction: WriteTransaction, row: TaskRow, end: TaskEnd): Promise<TaskRow> {
  const ended: TaskRow = {
    ...row,
    status: end.status,
    ...(end.status === 'failed' && { error: end.error }),
    updated_at: transaction.now,
    finished_at: transaction.now,
  };
  await saveHeldTask(transaction, ended, 'ended');
  logTaskEvent(transaction, end.actor ?? row.actor, { type: `task.${end.status}`, task: ended });
  return ended;
}
