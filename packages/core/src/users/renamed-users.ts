import sql, { type Sql } from 'sql-template-tag';
import type { Column } from '../database/dialect.js';
import type { Transaction } from '../database/unit-of-work.js';

const COLUMNS: readonly Column[] = [
  { name: 'id', kind: 'text' },
  { name: 'name', kind: 'text' },
];

/**
 * Begins a statement that gives users other names: `WITH renamed(id, name) AS (…)`, one row for each user. So one statement
 * with one text renames any number of them.
 */
export function withRenamed({ dialect }: Transaction, names: ReadonlyMap<string, string>): Sql {
  const { expressions, source } = dialect.rowsFromJson(COLUMNS);
  return sql`WITH renamed(id, name) AS (SELECT ${expressions} FROM ${source(JSON.stringify([...names]))})`;
}
