import sql, { empty, raw, type Sql } from 'sql-template-tag';
import type { Table } from './table.js';
import type { Transaction } from './unit-of-work.js';

/**
 * Inserts rows with one statement whose text depends on the table only. With `onConflict` a row whose key exists
 * replaces every column but the key and those named in `keep`.
 */
export async function insertRows<Row extends object>(
  transaction: Transaction,
  table: Table<Row>,
  rows: readonly Row[],
  onConflict?: { key: string; keep?: readonly string[] },
): Promise<void> {
  if (rows.length === 0) return;
  const { dialect } = transaction;
  const json = JSON.stringify(rows.map(row => table.encode(row, dialect)));
  const { expressions, source } = dialect.rowsFromJson(table.columns);
  const names = table.columns.map(column => column.name);
  // `WHERE true` keeps SQLite from reading ON CONFLICT as a join condition (sqlite.org/lang_upsert.html, section 2.2).
  await transaction.query(
    sql`INSERT INTO ${raw(table.name)} (${raw(names.join(', '))}) SELECT ${expressions} FROM ${source(json)} WHERE true${conflictClause(names, onConflict)}`,
  );
}

function conflictClause(names: string[], onConflict?: { key: string; keep?: readonly string[] }): Sql {
  if (!onConflict) return empty;
  const replaced = names.filter(name => name !== onConflict.key && !onConflict.keep?.includes(name));
  const assignments = replaced.map(name => `${name} = excluded.${name}`).join(', ');
  return raw(` ON CONFLICT (${onConflict.key}) DO UPDATE SET ${assignments}`);
}
