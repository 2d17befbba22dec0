import sql from 'sql-template-tag';
import type { Transaction, WriteTransaction } from '../database/unit-of-work.js';
import { exportsNaming } from './exports-naming.js';

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
    sql`delete from export_chunks where (task_id, number) in (
      SELECT task_id, number FROM export_chunks WHERE task_id IN (${tasks}) LIMIT ${Math.ceil(limit / 20)}
    ) returning number`,
  );
  return gone.length > 0;
}
