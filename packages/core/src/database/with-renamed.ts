import sql, { type Sql } from 'sql-template-tag';
import type { Column } from './dialect.js';
import type { Transaction } from './unit-of-work.js';

const COLUMNS: readonly Column[] = [
  { name: 'id', kind: 'text' },
  { name: 'name', kind: 'text' },
];

/**
 * Begins a statement that puts names in the place of ids: `WITH renamed(id, name) AS (…)`, one row for each id. So one
 * statement with one text replaces any number of them.
 */
export function withRenamed({ dialect }: Transaction, names: ReadonlyMap<string, string>): Sql {
  const { expressions, source } = dialect.rowsFromJson(COLUMNS);
  return sql`WITH renamed(id, name) AS (SELECT ${expressions} FROM ${source(JSON.stringify([...names]))})`;
}
