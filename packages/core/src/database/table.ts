import sql, { empty, raw, type Sql } from 'sql-template-tag';
import { EntitySchema } from 'typeorm';
import type { Column, Dialect } from './dialect.js';
import type { Transaction } from './unit-of-work.js';

/** A table's name and columns. */
export interface TableShape {
  readonly name: string;
  readonly columns: readonly Column[];
}

/** A table as the code sees it: its columns in order, and how a row is written and read. */
export interface Table<Row extends object> extends TableShape {
  /** The columns joined by commas, for `SELECT`. */
  readonly columnList: string;
  /** A row as one element of the JSON that `insertRows` sends. */
  encode(row: Row, dialect: Dialect): unknown[];
  /** A row from what a driver returned. A value that is null becomes undefined. */
  decode(cells: Record<string, unknown>, dialect: Dialect): Row;
}

/** Defines a table. Statements name the columns, so their order need not be that of the migrations. */
export function defineTable<Row extends object>(name: string, columns: readonly Column[]): Table<Row> {
  const names = columns.map(column => column.name);
  return {
    name,
    columns,
    columnList: names.map(column => `${name}.${column}`).join(', '),
    encode: (row, dialect) =>
      columns.map(({ name: column, kind }) => {
        const value = (row as Record<string, unknown>)[column] ?? null;
        return kind === 'json' ? dialect.jsonForRow(value) : value;
      }),
    decode: (cells, dialect) => {
      const row: Record<string, unknown> = {};
      for (const { name: column, kind } of columns) {
        const cell = cells[column];
        if (cell === null || cell === undefined) continue;
        if (kind === 'json') row[column] = dialect.readJson(cell);
        else if (kind === 'boolean') row[column] = cell === true || cell === 1;
        else if (kind === 'integer') row[column] = Number(cell);
        else row[column] = cell;
      }
      return row as Row;
    },
  };
}

const TYPEORM_TYPES = {
  sqlite: { text: 'text', integer: 'integer', boolean: 'boolean', json: 'text' },
  postgres: { text: 'text', integer: 'bigint', boolean: 'boolean', json: 'jsonb' },
} as const;

/** The table as TypeORM sees it. Migrations make the tables; this is what they must have made. */
export function toEntitySchema(table: TableShape, dialect: Dialect): EntitySchema {
  const types = TYPEORM_TYPES[dialect.name];
  return new EntitySchema({
    name: table.name,
    tableName: table.name,
    columns: Object.fromEntries(
      table.columns.map(({ name, kind, nullable, primary }) => [
        name,
        {
          type: types[kind],
          nullable: nullable ?? false,
          primary: primary ?? false,
          ...(dialect.name === 'postgres' && kind === 'text' && { collation: 'C' }),
        },
      ]),
    ),
  });
}

/**
 * Inserts rows with one statement, whose text depends on the table only. With `onConflict`, a row whose key exists
 * already replaces all its columns but the key and those named in `keep`.
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
