import { type Actor, isEnded } from '@rollcall/protocol';
import sql from 'sql-template-tag';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { forgetActInput } from './act-input.js';
import { saveHeldTask } from './held-task.js';
import { removeTaskLists } from './task-lists.js';
import { findTask, type TaskRow } from './task-table.js';
import { logTaskEvent } from './to-task.js';

/** How a task ends. */
export type TaskEnd = {
  /** The actor of the event; default the actor who asked for the task. */
  actor?: Actor;
} & ({ status: 'completed' | 'cancelled' } | { status: 'failed'; error: { code: string; message: string } });

/**
 * Ends a task, and logs the event that says so in the same transaction. An ended task never changes again.
 * @returns the task as it stays.
 * @throws TaskOvertaken
 */
export async function endTask(transaction: WriteTransaction, row: TaskRow, end: TaskEnd): Promise<TaskRow> {
  const input = row.type === 'users.act' ? await endAct(transaction, row) : row.input;
  const ended: TaskRow = {
    ...row,
    input,
    status: end.status,
    ...(end.status === 'failed' && { error: end.error }),
    updated_at: transaction.now,
    finished_at: transaction.now,
  };
  await saveHeldTask(transaction, ended, 'ended');
  logTaskEvent(transaction, end.actor ?? row.actor, { type: `task.${end.status}`, task: ended });
  return ended;
}

/** What is left of the input of a task that acts on many. The users whom it did not reach are not kept either. */
async function endAct(transaction: WriteTransaction, row: TaskRow): Promise<TaskRow['input']> {
  await removeTaskLists(transaction, row.id);
  return forgetActInput(transaction, row);
}

/**
 * Cancels a task. If nobody works on it, it ends at once. If a worker does, or the task is in the middle of a user, it
 * ends before its next user. What is done stays done. A task that has ended is returned as it is.
 * @throws RollcallError `TASK_NOT_FOUND`
 */
export async function cancelTask(
  transaction: WriteTransaction,
  actor: Actor,
  request: { taskId: string },
): Promise<TaskRow> {
  const { taskId } = request;
  const row = await findTask(transaction, taskId, 'lock');
  if (isEnded(row.status) || row.cancel_requested) return row;
  await transaction.query(
    sql`UPDATE tasks SET
      cancel_requested = true,
      cancelled_by = ${transaction.dialect.jsonParameter(actor)},
      updated_at = ${transaction.now}
      WHERE id = ${taskId}`,
  );
  const cancelled: TaskRow = {
    ...row,
    cancel_requested: true,
    cancelled_by: actor,
    updated_at: transaction.now,
  };
  return row.status === 'pending' && !row.within_user
    ? endTask(transaction, cancelled, { status: 'cancelled', actor })
    : cancelled;
}
