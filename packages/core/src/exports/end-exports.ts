import sql from 'sql-template-tag';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { cancelTask } from '../tasks/cancel-task.js';

/**
 * Asks exports that a user's data goes into to end, for a user who is deleted for good.
 * @returns whether one is still worked on: it ends before its next step.
 */
export async function endExportsOf(
  transaction: WriteTransaction,
  userId: string,
  now: number,
): Promise<boolean> {
  const rows = await transaction.query(
    sql`SELECT tasks.id FROM tasks JOIN task_users ON task_users.task_id = tasks.id
      WHERE task_users.user_id = ${userId} AND tasks.type = 'users.export' AND tasks.finished_at IS NULL`,
  );
  const ends = [];
  for (const row of rows) {
    ends.push(await cancelTask(transaction, { type: 'system' }, { taskId: row.id as string, now }));
  }
  return ends.some(task => task.finished_at === undefined);
}
