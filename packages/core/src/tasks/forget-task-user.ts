import sql from 'sql-template-tag';
import type { WriteTransaction } from '../database/unit-of-work.js';

/**
 * Gives a user another name in every task, for one who is deleted for good: as one whom a task was about, who asked for
 * it, or who asked for its end.
 */
export async function forgetTaskUser(transaction: WriteTransaction, from: string, to: string): Promise<void> {
  const { dialect } = transaction;
  const actor = dialect.jsonParameter({ type: 'user', id: to });
  await transaction.query(sql`UPDATE task_users SET user_id = ${to} WHERE user_id = ${from}`);
  await transaction.query(sql`UPDATE tasks SET actor = ${actor} WHERE actor ->> 'id' = ${from}`);
  await transaction.query(
    sql`UPDATE tasks SET cancelled_by = ${actor} WHERE cancelled_by ->> 'id' = ${from}`,
  );
}
