import type { UserOutcome } from '@rollcall/protocol';
import sql from 'sql-template-tag';
import type { WriteTransaction } from '../database/unit-of-work.js';

/** The user to erase, the name that replaces its id, and the task that does it. */
interface EraseTaskUser {
  userId: string;
  name: string;
  taskId: string;
}

/**
 * Gives a user who is hard-deleted another name where it asked for tasks, or cancelled them. A worker that has read the
 * old name would still write it into events. So the task gets a new fence: that worker loses it, and any worker may claim
 * it.
 */
export async function eraseTaskActor(
  transaction: WriteTransaction,
  { userId, name, taskId }: EraseTaskUser,
): Promise<void> {
  const actor = transaction.dialect.jsonParameter({ type: 'user', id: name });
  for (const column of [sql`actor`, sql`cancelled_by`]) {
    await transaction.query(
      sql`UPDATE tasks SET ${column} = ${actor},
        fence = CASE WHEN id = ${taskId} OR lease_until IS NULL THEN fence ELSE fence + 1 END,
        lease_until = CASE WHEN id = ${taskId} OR lease_until IS NULL THEN lease_until ELSE 0 END
        WHERE ${column} ->> 'id' = ${userId}`,
    );
  }
}

/** Erases what tasks say about their failures with a user: an error message may quote the user. */
export async function eraseTaskFailures(transaction: WriteTransaction, userId: string): Promise<void> {
  const { dialect } = transaction;
  const rows = await transaction.query(
    sql`SELECT task_id, outcome FROM task_users WHERE user_id = ${userId} AND outcome IS NOT NULL`,
  );
  for (const row of rows) {
    const { status, error } = dialect.readJson(row.outcome) as UserOutcome;
    if (status !== 'failed' || !error) continue;
    const kept: UserOutcome = {
      status,
      error: { code: error.code, message: 'the user was erased later' },
    };
    await transaction.query(
      sql`UPDATE task_users SET outcome = ${dialect.jsonParameter(kept)}
        WHERE task_id = ${row.task_id as string} AND user_id = ${userId}`,
    );
  }
}
