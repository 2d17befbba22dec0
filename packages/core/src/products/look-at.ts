import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Transaction } from '../database/unit-of-work.js';

/**
 * Asks with one statement where there is anything, so that a batch takes only the statements that find something: most users
 * have most kinds of content not at all.
 * @param places each the rest of a `SELECT … FROM`. Their names become part of the statement: lower-case words.
 */
export async function lookAt<Place extends string>(
  transaction: Transaction,
  places: Readonly<Record<Place, Sql>>,
): Promise<Record<Place, boolean>> {
  const names = Object.keys(places) as Place[];
  const columns = names.map(name => sql`EXISTS (SELECT 1 FROM ${places[name]}) AS ${raw(name)}`);
  const [row] = await transaction.query(sql`SELECT ${join(columns)}`);
  // SQLite answers with 1 and 0.
  const there = names.map(name => [name, Boolean(row?.[name])]);
  return Object.fromEntries(there) as Record<Place, boolean>;
}
