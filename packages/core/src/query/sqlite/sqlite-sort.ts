import sql, { empty, raw, type Sql } from 'sql-template-tag';
import { direction, some } from '../conditions.js';
import type { CustomSortDialect } from '../json-dialect.js';
import { type CustomSortKey, waysOf } from '../sort-tree.js';
import { LARGE, MAX_COMPARED_VALUES, SORT_TEXT_LENGTH, type SortValue } from '../sort-value.js';
import { type Cell, cellAt, elementsAt, jsonNumber } from './sqlite-cell.js';
import { sqliteLeastKey } from './sqlite-least-key.js';
import { sqlitePath } from './sqlite-objects.js';
import { sqliteOrderText } from './sqlite-order-text.js';

/**
 * One SQL value whose order in SQLite (NULL, numbers, texts, blobs) is MongoDB's order of JSON values. Numbers are
 * finite, so minus infinity can stand for null, and NULL for what MongoDB puts before null: the empty array. An object or
 * array is a blob of its text.
 */
export const SQLITE_SORT_KEYS = {
  empty: sql`NULL`,
  null: sql`-1e999`,
  structured: (text: Sql) => sql`CAST(x'01' || (${text}) AS BLOB)`,
  false: sql`x'0300'`,
  true: sql`x'0301'`,
} as const;

const STRUCTURED_BYTE = 1;

/** Sorts by custom fields. */
export const sqliteCustomSort: CustomSortDialect = {
  nullable: true,

  compared: tree => {
    const isLarge = holdsTooMuch(tree.name);
    const direct = tree.keys.map(key => directKey(key, isLarge));
    const ways = waysOf(tree);
    if (ways.length === 0) return { from: empty, expressions: direct.map(key => [key]) };
    const throughArray = some(ways.map(way => sql`json_type(users.custom, ${sqlitePath(way)}) = 'array'`));
    const alias = raw(tree.alias);
    const whole = raw(`${tree.alias}_whole`);
    const least = sqliteLeastKey(tree, cell => sortKeyOf(cell, sql`${whole}.is_large`));
    // What is selected beside no table is computed once.
    const leastKey = sql`(SELECT ${least} FROM (SELECT ${isLarge} AS is_large LIMIT 1) AS ${whole})`;
    // SQLite has no lateral joins, but a function in FROM may use the tables before it.
    const from = sql` CROSS JOIN json_each(CASE WHEN ${throughArray} THEN json_array(json(${leastKey})) ELSE '[null]' END) AS ${alias}`;
    const expressions = direct.map((key, place) => {
      const found = foundCell(sql`${alias}.value`, place);
      return [sql`CASE WHEN ${alias}.type = 'array' THEN ${sortKeyOf(found, isLarge)} ELSE ${key} END`];
    });
    return { from, expressions };
  },

  toParameters: value => [toParameter(value)],
  read: ([cell]) => readCell(cell),
};

/** What a sort by teams compares. */
export function sqliteSortTeams(descending: boolean): Sql {
  return sql`(SELECT team.value FROM json_each(users.teams) AS team ORDER BY team.value ${direction(descending)} LIMIT 1)`;
}

/** The key of users who have no array on the way. */
function directKey({ path, descending }: CustomSortKey, isLarge: Sql): Sql {
  const cell = cellAt(path);
  const element: Cell = { type: sql`element.type`, value: sql`element.value` };
  const ofElements = sql`(SELECT ${keyOf(element, sql`whole.is_large`)} AS key FROM (SELECT ${isLarge} AS is_large LIMIT 1) AS whole, ${elementsAt(path)} AS element ORDER BY key ${direction(descending)} LIMIT 1)`;
  return sql`(CASE ${cell.type} WHEN 'array' THEN ${ofElements} ELSE ${keyOf(cell, isLarge)} END)`;
}

/** Whether a field holds too much for its objects and arrays to be compared. */
function holdsTooMuch(name: string): Sql {
  const most = raw(String(MAX_COMPARED_VALUES + 1));
  // The tree begins with the field itself.
  return sql`(SELECT count(*) > ${most} FROM (SELECT 1 FROM json_tree(users.custom, ${sqlitePath([name])}) LIMIT ${most} + 1))`;
}

/** One of the values that {@link sqliteLeastKey} found: an array of that value, empty where the path ended in an empty array. */
function foundCell(found: Sql, place: number): Cell {
  const path = raw(`'$[${place}][0]'`);
  return { type: sql`json_type(${found}, ${path})`, value: sql`${found} ->> ${path}` };
}

/** The key of a found value. */
function sortKeyOf(cell: Cell, isLarge: Sql): Sql {
  return sql`CASE WHEN ${cell.type} IS NULL THEN ${SQLITE_SORT_KEYS.empty} ELSE ${keyOf(cell, isLarge)} END`;
}

function keyOf({ type, value }: Cell, isLarge: Sql): Sql {
  const text = sql`CASE WHEN ${isLarge} THEN '${raw(LARGE)}' ELSE ${cut(sqliteOrderText(value))} END`;
  const structured = SQLITE_SORT_KEYS.structured(text);
  const plain = sql`CASE ${type} WHEN 'text' THEN ${cut(value)} WHEN 'integer' THEN ${value} WHEN 'real' THEN ${value} WHEN 'true' THEN ${SQLITE_SORT_KEYS.true} WHEN 'false' THEN ${SQLITE_SORT_KEYS.false} ELSE ${SQLITE_SORT_KEYS.null} END`;
  return sql`CASE WHEN ${type} IN ('object', 'array') THEN ${structured} ELSE ${plain} END`;
}

function cut(text: Sql): Sql {
  return sql`substr(${text}, 1, ${raw(String(SORT_TEXT_LENGTH))})`;
}

function toParameter(value: SortValue): Sql | null {
  switch (value.kind) {
    case 'empty':
      return null;
    case 'null':
      return SQLITE_SORT_KEYS.null;
    case 'number':
      return jsonNumber(value.value);
    case 'string':
      return sql`${value.value}`;
    case 'structured':
      return SQLITE_SORT_KEYS.structured(sql`${value.value}`);
    case 'boolean':
      return value.value ? SQLITE_SORT_KEYS.true : SQLITE_SORT_KEYS.false;
  }
}

function readCell(cell: unknown): SortValue {
  if (cell === null) return { kind: 'empty' };
  if (typeof cell === 'string') return { kind: 'string', value: cell };
  if (typeof cell === 'number')
    return Number.isFinite(cell) ? { kind: 'number', value: cell } : { kind: 'null' };
  const [kind, ...rest] = cell as Uint8Array;
  if (kind === STRUCTURED_BYTE) return { kind: 'structured', value: Buffer.from(rest).toString() };
  return { kind: 'boolean', value: rest[0] === 1 };
}
