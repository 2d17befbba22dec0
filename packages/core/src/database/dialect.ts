import sql, { empty, raw, type Sql } from 'sql-template-tag';
import type { EngineName } from './database-address.js';

/** A column. Times are `integer`: epoch milliseconds. */
export interface Column {
  name: string;
  kind: 'text' | 'integer' | 'boolean' | 'json';
  nullable?: true;
  primary?: true;
  /** Whether it is mostly longer than the rest of the row: it stays a cell of its own where the others become one. */
  long?: true;
}

/**
 * The differences between the two SQL dialects, as named helpers. Domain code composes statements from them and never
 * asks which engine it runs on.
 */
export interface Dialect {
  readonly name: 'sqlite' | 'postgres';
  /** Ends a `SELECT` whose rows this transaction is about to change. */
  readonly forUpdate: Sql;
  /** The same, but it skips rows that another transaction is changing instead of waiting for them. */
  readonly skipLocked: Sql;
  /** Ends a `SELECT` whose rows must stay as they are until the end of this transaction. */
  readonly forShare: Sql;
  /**
   * Rows as one JSON parameter, so that a statement about a hundred rows has the same short text as a statement about one
   * row. Use it as `SELECT <expressions> FROM <source>`.
   */
  rowsFromJson(columns: readonly Column[]): { expressions: Sql; source: (json: string) => Sql };
  /**
   * So many rows are inserted with a parameter for each cell, and a single row as well; all others as one JSON parameter.
   * On an embedded engine that is less work than to read one long JSON text, but each number of rows is a statement of its
   * own.
   */
  readonly rowsByCell?: number;
  /**
   * A row as one cell, a JSON array. A driver of SQLite makes a value of JavaScript for each cell, and a wide row takes it
   * longer than the text of the row takes SQLite to write and V8 to parse.
   */
  readonly rowAsCell?: (columns: readonly string[]) => string;
  /** Whether a statement may hold others that write (`WITH … AS (UPDATE … RETURNING …)`). */
  readonly writesWithin: boolean;
  /** A list of values as one parameter, for `x IN (…)`. */
  values(list: readonly (string | number)[]): Sql;
  /** Whether a JSON object of texts has this text as one of its values. */
  anyValueIs(column: Sql, text: string): Sql;
  /** A JSON value as {@link rowsFromJson} takes it. */
  jsonForRow(value: unknown): unknown;
  /** A JSON value as a statement's parameter. */
  jsonParameter(value: unknown): unknown;
  /** A JSON column as the driver returns it. */
  readJson(value: unknown): unknown;
  /**
   * A statement that says about how many rows a table has, as `count`, at little cost: SQLite goes through the pages of the
   * smallest index, PostgreSQL says what it found last (-1 before it has looked).
   */
  estimateRows(table: string): Sql;
  /** The time of the database server in epoch milliseconds: the clock for leases. */
  readonly now: Sql;
}

const sqlite: Dialect = {
  name: 'sqlite',
  forUpdate: empty,
  skipLocked: empty,
  forShare: empty,
  rowsFromJson: columns => ({
    expressions: raw(columns.map((_, position) => `value ->> ${position}`).join(', ')),
    source: json => sql`json_each(${json})`,
  }),
  rowsByCell: 100,
  rowAsCell: columns => `json_array(${columns.join(', ')})`,
  writesWithin: false,
  values: list => sql`SELECT value FROM json_each(${JSON.stringify(list)})`,
  anyValueIs: (column, text) => sql`EXISTS (SELECT 1 FROM json_each(${column}) WHERE value = ${text})`,
  jsonForRow: value => (value === null ? null : JSON.stringify(value)),
  jsonParameter: value => (value === null ? null : JSON.stringify(value)),
  readJson: value => (typeof value === 'string' ? JSON.parse(value) : value),
  estimateRows: table => sql`SELECT count(*) AS count FROM ${raw(table)}`,
  now: sql`CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)`,
};

const POSTGRES_TYPES = {
  text: 'text',
  integer: 'bigint',
  boolean: 'boolean',
  json: 'jsonb',
} as const satisfies Record<Column['kind'], string>;

const postgres: Dialect = {
  name: 'postgres',
  forUpdate: sql` FOR UPDATE`,
  skipLocked: sql` FOR UPDATE SKIP LOCKED`,
  forShare: sql` FOR SHARE`,
  rowsFromJson: columns => {
    const expressions = columns.map(({ kind }, position) => {
      if (kind === 'json') return `NULLIF(value -> ${position}, 'null'::jsonb)`;
      return `(value ->> ${position})::${POSTGRES_TYPES[kind]}`;
    });
    return {
      expressions: raw(expressions.join(', ')),
      source: json => sql`jsonb_array_elements(${json}::jsonb) AS given(value)`,
    };
  },
  writesWithin: true,
  values: list => sql`SELECT jsonb_array_elements_text(${JSON.stringify(list)}::jsonb)`,
  anyValueIs: (column, text) => sql`EXISTS (SELECT 1 FROM jsonb_each_text(${column}) WHERE value = ${text})`,
  jsonForRow: value => value,
  jsonParameter: value => (value === null ? null : JSON.stringify(value)),
  readJson: value => value,
  estimateRows: table => sql`SELECT reltuples::bigint AS count FROM pg_class WHERE oid = ${table}::regclass`,
  now: sql`CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)`,
};

/** The dialect of an engine. */
export function dialectOf(engine: EngineName): Dialect {
  return engine === 'postgres' ? postgres : sqlite;
}
