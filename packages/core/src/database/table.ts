import { isDeepStrictEqual } from 'node:util';
import sql, { raw, type Sql } from 'sql-template-tag';
import { EntitySchema } from 'typeorm';
import type { Column, Dialect } from './dialect.js';
import type { Statement, Transaction } from './unit-of-work.js';

/** A table's name and columns. */
export interface TableShape {
  readonly name: string;
  readonly columns: readonly Column[];
}

/** A table as the code sees it: its columns in order, and how a row is written and read. */
export interface Table<Row extends object> extends TableShape {
  /** The columns joined by commas, for `SELECT`. */
  readonly columnList: string;
  /**
   * What a `SELECT` lists for `decode` where rows are wide and many: less work for a driver than the columns.
   * @param from what has the rows, if not the table itself.
   */
  wideRows(dialect: Dialect, from?: string): Sql;
  /** A row as one element of the JSON that `insertRows` sends. */
  encode(row: Row, dialect: Dialect): unknown[];
  /** A row from what a driver returned for `columnList` or `wideRows`. A value that is null becomes undefined. */
  decode(cells: Record<string, unknown>, dialect: Dialect): Row;
}

/** The name of a row in one cell. */
const WIDE_ROW = 'wide_row';

/** Defines a table. Statements name the columns, so their order need not be that of the migrations. */
export function defineTable<Row extends object>(name: string, columns: readonly Column[]): Table<Row> {
  const names = columns.map(column => column.name);
  const long = columns.filter(column => column.long);
  const short = columns.filter(column => !column.long);
  return {
    name,
    columns,
    columnList: names.map(column => `${name}.${column}`).join(', '),
    wideRows: (dialect, from = name) => {
      const cells = (of: readonly Column[]) => of.map(column => `${from}.${column.name}`);
      if (!dialect.rowAsCell) return raw(cells(columns).join(', '));
      return raw([`${dialect.rowAsCell(cells(short))} AS ${WIDE_ROW}`, ...cells(long)].join(', '));
    },
    encode: (row, dialect) =>
      columns.map(({ name: column, kind }) => {
        const value = (row as Record<string, unknown>)[column] ?? null;
        return kind === 'json' ? dialect.jsonForRow(value) : value;
      }),
    decode: (cells, dialect) => {
      const row: Record<string, unknown> = {};
      const wide = cells[WIDE_ROW] === undefined ? undefined : JSON.parse(cells[WIDE_ROW] as string);
      let place = 0;
      for (const { name: column, kind, long: isLong } of columns) {
        const cell = wide && !isLong ? wide[place++] : cells[column];
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

/** What becomes of a row whose key exists already: it replaces all columns but the key and those that are kept. */
interface OnConflict {
  key: string;
  keep?: readonly string[];
}

/**
 * Inserts rows, in their order, with statements whose texts depend on the table, and on which of its columns are null. With
 * `onConflict`, a row whose key exists already replaces all its columns but the key and those named in `keep`.
 */
export async function insertRows<Row extends object>(
  transaction: Transaction,
  table: Table<Row>,
  rows: readonly Row[],
  onConflict?: OnConflict,
): Promise<void> {
  const { dialect } = transaction;
  let encoded = rows.map(row => table.encode(row, dialect));
  const { rowsByCell: full } = dialect;
  while (full && (encoded.length >= full || encoded.length === 1)) {
    await transaction.query(byCell(table, encoded.slice(0, full), onConflict));
    encoded = encoded.slice(full);
  }
  if (encoded.length === 0) return;
  const { expressions, source } = dialect.rowsFromJson(table.columns);
  // `WHERE true` keeps SQLite from reading ON CONFLICT as a join condition (sqlite.org/lang_upsert.html, section 2.2).
  await transaction.query(
    sql`${raw(insertInto(table))} SELECT ${expressions} FROM ${source(JSON.stringify(encoded))} WHERE true${raw(conflictClause(table, onConflict))}`,
  );
}

/**
 * A statement with a parameter for each cell. It leaves out the columns that are null in all rows: each parameter costs the
 * driver something, and users have many columns that few of them use.
 */
function byCell(
  table: TableShape,
  rows: readonly unknown[][],
  onConflict: OnConflict | undefined,
): Statement {
  const places = table.columns.flatMap((_, place) =>
    onConflict || rows.some(row => row[place] !== null) ? [place] : [],
  );
  const columns = places.map(place => table.columns[place] as Column);
  const row = `(${columns.map(() => '?').join(', ')})`;
  const text = `${insertInto({ ...table, columns })} VALUES ${Array(rows.length).fill(row).join(', ')}${conflictClause(table, onConflict)}`;
  return { sql: text, text, values: rows.flatMap(cells => places.map(place => cells[place])) } as Statement;
}

/** A row before and after a change. */
export interface ChangedRow<Row extends object> {
  before: Row;
  after: Row;
}

/**
 * Changes rows that exist. It writes no other columns than those in which one of the rows differs from before, as they are
 * stored: an engine renews the indexes of every column that a statement names.
 * @param options `key`: the column that names a row. Columns in `keep` stay, whatever the rows say.
 */
export async function updateRows<Row extends object>(
  transaction: Transaction,
  table: Table<Row>,
  rows: readonly ChangedRow<Row>[],
  { key, keep = [] }: OnConflict,
): Promise<void> {
  const { dialect } = transaction;
  const encoded = rows.map(({ before, after }) => ({
    before: table.encode(before, dialect),
    after: table.encode(after, dialect),
  }));
  const differs = (place: number) =>
    encoded.some(({ before, after }) => !sameCell(before[place], after[place]));
  const places = table.columns.flatMap(({ name }, place) =>
    name === key || (!keep.includes(name) && differs(place)) ? [place] : [],
  );
  if (places.length < 2) return;
  const columns = places.map(place => table.columns[place] as Column);
  const { expressions, source } = dialect.rowsFromJson(columns);
  const json = JSON.stringify(encoded.map(({ after }) => places.map(place => after[place])));
  const names = columns.map(({ name }) => name);
  const assignments = names.filter(name => name !== key).map(name => `${name} = given_rows.${name}`);
  await transaction.query(
    sql`WITH given_rows(${raw(names.join(', '))}) AS (SELECT ${expressions} FROM ${source(json)})
      UPDATE ${raw(table.name)} SET ${raw(assignments.join(', '))} FROM given_rows WHERE ${raw(`${table.name}.${key} = given_rows.${key}`)}`,
  );
}

/** JSON is a text where it is stored as one. Elsewhere it is a value, whose names come back in another order than they came. */
function sameCell(one: unknown, other: unknown): boolean {
  return one === other || (typeof one === 'object' && isDeepStrictEqual(one, other));
}

function insertInto({ name, columns }: TableShape): string {
  return `INSERT INTO ${name} (${columns.map(column => column.name).join(', ')})`;
}

function conflictClause({ columns }: TableShape, onConflict: OnConflict | undefined): string {
  if (!onConflict) return '';
  const { key, keep = [] } = onConflict;
  const replaced = columns.map(({ name }) => name).filter(name => name !== key && !keep.includes(name));
  const assignments = replaced.map(name => `${name} = excluded.${name}`).join(', ');
  return ` ON CONFLICT (${key}) DO UPDATE SET ${assignments}`;
}
