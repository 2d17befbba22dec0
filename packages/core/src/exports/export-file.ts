import sql from 'sql-template-tag';
import type { Transaction, WriteTransaction } from '../database/unit-of-work.js';
import { eraseKeptContent } from '../idempotency/remove-kept-answers.js';
import { IS_EXPORT } from '../tasks/act-input.js';
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

/** An export whose file may hold what is erased. */
interface ExportTask {
  id: string;
  ended: boolean;
}

/**
 * Takes users who are erased out of the files of exports, with `others` also out of those that may hold their ids. Exports
 * that still run are cancelled. Files go as a whole, because half a file would look like a whole one, a batch of chunks at
 * a time.
 * @returns `wait` when an export is still worked on, which ends before its next step; `more` when there may be more
 * chunks.
 */
export async function dropExportsOf(
  transaction: WriteTransaction,
  { userIds, others, limit }: { userIds: readonly string[]; others: boolean; limit: number },
): Promise<'wait' | 'more' | 'done'> {
  const tasks = await findExportsNaming(transaction, userIds, { others });
  if (tasks.length === 0) return 'done';
  const ends = [];
  for (const { id, ended } of tasks) {
    if (!ended) ends.push(await cancelTask(transaction, { type: 'system' }, { taskId: id }));
  }
  if (ends.some(task => task.finished_at === undefined)) return 'wait';
  const taskIds = tasks.map(({ id }) => id);
  const ids = transaction.dialect.values(taskIds);
  await transaction.query(sql`UPDATE tasks SET output = NULL WHERE id IN (${ids}) AND output IS NOT NULL`);
  // An answer that cancelled one of them too late holds its link.
  await eraseKeptContent(transaction, 'task', taskIds);
  const gone = await transaction.query(
    sql`DELETE FROM export_chunks WHERE (task_id, number) IN (
      SELECT task_id, number FROM export_chunks WHERE task_id IN (${ids}) LIMIT ${Math.ceil(limit / 20)}
    ) RETURNING number`,
  );
  return gone.length > 0 ? 'more' : 'done';
}

/**
 * The exports whose files may hold the ids of users: those of the users themselves and, with `others`, of the users who
 * have blocked them or whose entries in the log name them.
 */
async function findExportsNaming(
  transaction: WriteTransaction,
  userIds: readonly string[],
  { others }: { others: boolean },
): Promise<ExportTask[]> {
  const users = transaction.dialect.values(userIds);
  const themselves = sql`task_users.user_id IN (${users})`;
  const named = sql`${themselves}
    OR task_users.user_id IN (SELECT user_id FROM blocks WHERE blocked_user_id IN (${users}))
    OR task_users.user_id IN (SELECT events.user_id FROM event_mentions
      JOIN events ON events.seq = event_mentions.seq WHERE event_mentions.user_id IN (${users}))`;
  const cells = await transaction.query(
    sql`SELECT DISTINCT tasks.id, tasks.finished_at FROM tasks JOIN task_users ON task_users.task_id = tasks.id
      WHERE ${IS_EXPORT} AND (${others ? named : themselves}) ORDER BY tasks.id`,
  );
  return cells.map(({ id, finished_at }) => ({ id: id as string, ended: finished_at !== null }));
}
