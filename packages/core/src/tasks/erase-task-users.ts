import type { UserOutcome } from '@rollcall/protocol';
import sql from 'sql-template-tag';
import type { Column } from '../database/dialect.js';
import type { WriteTransaction } from '../database/unit-of-work.js';

/** The users to erase with the names that replace their ids, and the task that does it. */
interface EraseTaskActors {
  names: ReadonlyMap<string, string>;
  taskId: string;
}

const ACTOR_COLUMNS: readonly Column[] = [
  { name: 'id', kind: 'text' },
  { name: 'actor', kind: 'json' },
];

/**
 * Gives users who are hard-deleted other names where they asked for tasks, or cancelled them. A worker that has read an
 * old name would still write it into events. So the task gets a new fence: that worker loses it, and any worker may claim
 * it.
 */
export async function eraseTaskActors(
  transaction: WriteTransaction,
  { names, taskId }: EraseTaskActors,
): Promise<void> {
  if (names.size === 0) return;
  const { dialect } = transaction;
  const rows = [...names].map(([id, name]) => [id, dialect.jsonForRow({ type: 'user', id: name })]);
  const { expressions, source } = dialect.rowsFromJson(ACTOR_COLUMNS);
  for (const column of [sql`actor`, sql`cancelled_by`]) {
    await transaction.query(
      sql`WITH renamed(id, actor) AS (SELECT ${expressions} FROM ${source(JSON.stringify(rows))})
        UPDATE tasks SET ${column} = renamed.actor,
        fence = CASE WHEN tasks.id = ${taskId} OR lease_until IS NULL THEN fence ELSE fence + 1 END,
        lease_until = CASE WHEN tasks.id = ${taskId} OR lease_until IS NULL THEN lease_until ELSE 0 END
        FROM renamed WHERE tasks.${column} ->> 'id' = renamed.id`,
    );
  }
}

/** Erases what tasks say about their failures with users: an error message may quote the user. */
export async function eraseTaskFailures(
  transaction: WriteTransaction,
  userIds: readonly string[],
): Promise<void> {
  const { dialect } = transaction;
  const rows = await transaction.query(
    sql`SELECT task_id, user_id, outcome FROM task_users
      WHERE user_id IN (${dialect.values(userIds)}) AND outcome IS NOT NULL`,
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
        WHERE task_id = ${row.task_id as string} AND user_id = ${row.user_id as string}`,
    );
  }
}
