import { RollcallError } from '@rollcall/protocol';
import sql, { raw } from 'sql-template-tag';
import type { Queryable } from '../database/unit-of-work.js';

/** What a database says about the copy that makes or made it. */
export interface CopyMark {
  /** The epoch of the source. */
  epoch: string;
  finished: boolean;
}

/** The mark of a migrated database; undefined when nothing was ever copied to it. */
export async function readCopyMark(transaction: Queryable): Promise<CopyMark | undefined> {
  const [row] = await transaction.query(sql`SELECT source_epoch, finished_at FROM copies WHERE id = 1`);
  return row && { epoch: String(row.source_epoch), finished: row.finished_at !== null };
}

/**
 * Marks a database as an unfinished copy, in the transaction of the caller. Its foreign keys are removed and kept in the
 * mark, since tables are filled one after the other. A copy that continues marks it again.
 * @param now epoch milliseconds.
 */
export async function markBegun(transaction: Queryable, epoch: string, now: number): Promise<void> {
  await transaction.query(
    sql`INSERT INTO copies (id, source_epoch, foreign_keys, started_at) VALUES (1, ${epoch}, '[]', ${now})
      ON CONFLICT (id) DO NOTHING`,
  );
  const keys = await transaction.query(
    sql`SELECT conrelid::regclass::text AS table, quote_ident(conname) AS name, pg_get_constraintdef(oid) AS definition
      FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace AND conparentid = 0`,
  );
  if (keys.length === 0) return;
  await transaction.query(
    sql`UPDATE copies SET foreign_keys = foreign_keys || ${JSON.stringify(keys)}::jsonb WHERE id = 1`,
  );
  for (const { table, name } of keys) {
    await transaction.query(raw(`ALTER TABLE ${table} DROP CONSTRAINT ${name}`));
  }
}

/**
 * Marks a database as a finished copy, in the transaction of the caller, and restores its foreign keys.
 * @param now epoch milliseconds.
 */
export async function markFinished(transaction: Queryable, now: number): Promise<void> {
  const [row] = await transaction.query(sql`SELECT foreign_keys FROM copies WHERE id = 1`);
  for (const { table, name, definition } of (row?.foreign_keys ?? []) as Record<string, string>[]) {
    await transaction.query(raw(`ALTER TABLE ${table} ADD CONSTRAINT ${name} ${definition}`));
  }
  await transaction.query(sql`UPDATE copies SET foreign_keys = '[]', finished_at = ${now} WHERE id = 1`);
}

/** @throws RollcallError `UNAVAILABLE` for a database that is an unfinished copy. */
export async function refuseUnfinishedCopy(transaction: Queryable): Promise<void> {
  const mark = await readCopyMark(transaction);
  if (!mark || mark.finished) return;
  throw new RollcallError(
    'UNAVAILABLE',
    'this database is an unfinished copy; run the same `rollcall copy` again, and it continues where it stopped, or start on an empty database',
    { unrecoverable: true },
  );
}
