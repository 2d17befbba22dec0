import sql from 'sql-template-tag';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { cancelTask } from '../tasks/cancel-task.js';
import { exportsNaming } from './exports-naming.js';

/**
 * Asks exports that a user's data goes into to end, with `others` also those that its id goes into, for a user who is
 * deleted for good.
 * @returns whether one is still worked on: it ends before its next step.
 */
export async function endExportsOf(
  transaction: WriteTransaction,
  { userId, others }: { userId: string; others: boolean },
): Promise<boolean> {
  const rows = await transaction.query(
    sql`SELECT id FROM tasks WHERE id IN (${exportsNaming(userId, { others })}) AND finished_at IS NULL`,
  );
  const ends = [];
  for (const row of rows) {
    ends.push(await cancelTask(transaction, { type: 'system' }, { taskId: row.id as string }));
  }
  return ends.some(task => task.finished_at === undefined);
}
