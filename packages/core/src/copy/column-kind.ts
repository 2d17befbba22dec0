import sql, { join, type Sql } from 'sql-template-tag';
import { canonicalJson } from './canonical-json.js';

/**
 * What a copy has to know about a kind of column. All cells are carried as text, or null, so that no number loses a digit
 * in a driver.
 */
export interface ColumnKind {
  /** A column of an embedded file as text. */
  fromSqlite(column: Sql): Sql;
  /** A column of PostgreSQL as text. */
  fromPostgres(column: Sql): Sql;
  /** A cell as a value of an embedded file, to compare it with a key. */
  toSqlite(cell: Sql): Sql;
  /** A cell as a value of PostgreSQL. */
  toPostgres(cell: Sql): Sql;
  /** The one text for all texts that mean the same; absent when that is always the text itself. */
  canonical?(cell: string): string;
  /** Whether the canonical text of a cell that is not null may differ from its own text. */
  varied?(cell: Sql): Sql;
  /** A column of PostgreSQL in the order that it has in an embedded file; absent when it cannot be part of a key. */
  inOrder?(column: Sql): Sql;
}

const same = (expression: Sql) => expression;
const asText = (column: Sql) => sql`CAST(${column} AS text)`;

const text: ColumnKind = {
  fromSqlite: asText,
  fromPostgres: asText,
  toSqlite: same,
  toPostgres: asText,
  inOrder: column => sql`${column} COLLATE "C"`,
};

const integer: ColumnKind = {
  fromSqlite: asText,
  fromPostgres: asText,
  toSqlite: cell => sql`CAST(${cell} AS integer)`,
  toPostgres: cell => sql`CAST(${cell} AS bigint)`,
  inOrder: same,
};

const boolean: ColumnKind = {
  fromSqlite: column =>
    sql`CASE ${column} WHEN 0 THEN 'false' WHEN 1 THEN 'true' ELSE CAST(${column} AS text) END`,
  fromPostgres: asText,
  toSqlite: cell => sql`(${cell} = 'true')`,
  toPostgres: cell => sql`CAST(${cell} AS boolean)`,
  inOrder: same,
};

const json: ColumnKind = {
  fromSqlite: asText,
  fromPostgres: asText,
  toSqlite: same,
  toPostgres: cell => sql`CAST(${cell} AS jsonb)`,
  canonical: canonicalJson,
  // Most JSON of a directory is empty.
  varied: cell => sql`${cell} NOT IN ('{}', '[]')`,
};

const real: ColumnKind = {
  // Seventeen digits tell every double from its neighbours.
  fromSqlite: column => sql`CASE WHEN ${column} IS NOT NULL THEN printf('%!.17g', ${column}) END`,
  fromPostgres: asText,
  toSqlite: cell => sql`CAST(${cell} AS real)`,
  toPostgres: cell => sql`CAST(${cell} AS double precision)`,
  canonical: cell => String(Number(cell)),
  varied: () => sql`true`,
};

const bytes: ColumnKind = {
  fromSqlite: column => sql`CASE WHEN ${column} IS NOT NULL THEN lower(hex(${column})) END`,
  fromPostgres: column => sql`encode(${column}, 'hex')`,
  toSqlite: cell => sql`unhex(${cell})`,
  toPostgres: cell => sql`decode(${cell}, 'hex')`,
  inOrder: same,
};

/** Whether the canonical text of some of these cells may differ from their own text. Each comes with its kind. */
export function someVaried(cells: readonly { kind: ColumnKind; cell: Sql }[]): Sql {
  const tests = cells.flatMap(({ kind, cell }) => (kind.varied ? [kind.varied(cell)] : []));
  return tests.length === 0 ? sql`false` : sql`coalesce(${join(tests, ' OR ')}, false)`;
}

/** The kinds of columns that can be copied, by the name of the column's type in PostgreSQL's catalogue. */
export const COLUMN_KINDS: Readonly<Record<string, ColumnKind>> = {
  text,
  varchar: text,
  int2: integer,
  int4: integer,
  int8: integer,
  bool: boolean,
  jsonb: json,
  float8: real,
  bytea: bytes,
};
