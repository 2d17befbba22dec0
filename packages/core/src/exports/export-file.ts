import sql, { type Sql } from 'sql-template-tag';
import type { Transaction, WriteTransaction } from '../database/unit-of-work.js';
import { cancelTask } from '../tasks/end-task.js';

/*
 * The file of an export lies in the database, in chunks: a chunk is committed with how far the task got, so that a crash
 * neither loses nor doubles a line, and every process on the database can serve the file.
 */

/** Adds a chunk to the file of a task. */
export async function putChunk(
  transaction: WriteTransaction,
  chunk: { taskId: string; number: number; content: string },
): Promise<void> {
  await transaction.query(
    sql`INSERT INTO export_chunks (task_id, number, content) VALUES (${chunk.taskId}, ${chunk.number}, ${chunk.content})`,
  );
}

/** A chunk of the file of a task, counted from 0; undefined after the last. */
export async function readChunk(
  transaction: Transaction,
  taskId: string,
  number: number,
): Promise<string | undefined> {
  const [row] = await transaction.query(
    sql`SELECT content FROM export_chunks WHERE task_id = ${taskId} AND number = ${number}`,
  );
  return row?.content as string | undefined;
}

/**
 * Takes a batch of chunks from the files that hold a user's data, with `others` also from those that hold its id; such a
 * file as a whole is gone, because half of one would look like a whole one.
 * @returns whether there may be more.
 */
export async function dropExportsOf(
  transaction: WriteTransaction,
  { userId, others, limit }: { userId: string; others: boolean; limit: number },
): Promise<boolean> {
  const tasks = exportsNaming(userId, { others });
  await transaction.query(sql`UPDATE tasks SET output = NULL WHERE id IN (${tasks}) AND output IS NOT NULL`);
  const gone = await transaction.query(
    sql`DELETE FROM export_chunks WHERE (task_id, number) IN (
      SELECT task_id, number FROM export_chunks WHERE task_id IN (${tasks}) LIMIT ${Math.ceil(limit / 20)}
    ) RETURNING number`,
  );
  return gone.length > 0;
}

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

/**
 * The export tasks whose files may hold the id of a user, as a `SELECT` of their ids: the exports of the user itself and,
 * with `others`, those of whoever has blocked it or is told of together with it in an entry of the log.
 */
function exportsNaming(userId: string, { others }: { others: boolean }): Sql {
  const itself = sql`task_users.user_id = ${userId}`;
  const named = sql`${itself}
    OR task_users.user_id IN (SELECT user_id FROM blocks WHERE blocked_user_id = ${userId})
    OR task_users.user_id IN (SELECT events.user_id FROM event_mentions
      JOIN events ON events.seq = event_mentions.seq WHERE event_mentions.user_id = ${userId})`;
  return sql`SELECT tasks.id FROM tasks JOIN task_users ON task_users.task_id = tasks.id
    WHERE tasks.type = 'users.export' AND (${others ? named : itself})`;
}
