import sql, { type Sql } from 'sql-template-tag';
import type { Transaction, WriteTransaction } from '../database/unit-of-work.js';
import { cancelTask } from '../tasks/end-task.js';

/*
 * The file of an export is in the database, in chunks. A chunk is committed together with how far the task got, so a crash
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
 * Deletes a batch of chunks of the files that hold the data of a user, with `others` also of those that hold its id. Such
 * files go as a whole, because half a file would look like a whole one.
 * @returns whether there may be more chunks.
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
 * Cancels the exports of the data of a user who is to be erased, with `others` also those that may hold its id.
 * @returns whether one of them is still worked on: it ends before its next step.
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
 * with `others`, of the users who have blocked it or whose entries in the log name it.
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
