import type { JsonValue } from '@rollcall/protocol';
import sql, { raw, type Sql } from 'sql-template-tag';
import { every, NEVER, some } from '../conditions.js';
import { arrayIndex, mayStepByIndex } from '../reach-path.js';
import { booleansInOrder, splitValues, type ValueTest } from '../value-test.js';
import { sqliteObjects, sqlitePath } from './sqlite-objects.js';

/**
 * A JSON value in SQLite, as in the columns `type` and `value` of `json_each`: the name of its type (NULL if there is
 * nothing) and the value as SQL. An array or an object is its JSON text.
 */
export interface Cell {
  type: Sql;
  value: Sql;
}

/** A test of one value by itself. An array counts only as a whole. */
export type CellTest = Exclude<ValueTest, { kind: 'contains' }>;

/** A number as SQLite reads it from JSON, so that both sides of a comparison went through the same conversion. */
export function jsonNumber(value: number): Sql {
  return sql`(${JSON.stringify(value)} ->> '$')`;
}

/** Whether a value passes a test. */
export function cellPasses(cell: Cell, test: CellTest): Sql {
  switch (test.kind) {
    case 'exists':
      return sql`${cell.type} IS NOT NULL`;
    case 'order':
      return standsInOrder(cell, test);
    case 'in':
      return isAmong(cell, test.values);
  }
}

function isAmong(cell: Cell, values: readonly JsonValue[]): Sql {
  const { orAbsent, booleans, scalars, arrays } = splitValues(values);
  const conditions: Sql[] = [];
  if (orAbsent) conditions.push(sql`${cell.type} IS NULL`, sql`${cell.type} = 'null'`);
  for (const value of booleans) conditions.push(isBoolean(cell, value));
  const [only] = scalars;
  if (scalars.length === 1 && typeof only === 'string') {
    conditions.push(sql`(${cell.type} = 'text' AND ${cell.value} = ${only})`);
  } else if (scalars.length === 1 && typeof only === 'number') {
    conditions.push(sql`(${isNumber(cell)} AND ${cell.value} = ${jsonNumber(only)})`);
  } else if (scalars.length > 1) {
    conditions.push(
      sql`(${cell.type} IN ('text', 'integer', 'real') AND ${cell.value} IN (SELECT value FROM json_each(${JSON.stringify(scalars)})))`,
    );
  }
  if (arrays.length > 0) {
    conditions.push(
      sql`(${cell.type} = 'array' AND EXISTS (SELECT 1 FROM json_each(${JSON.stringify(arrays)}) AS wanted WHERE ${sameArray(cell)}))`,
    );
  }
  return some(conditions);
}

function standsInOrder(cell: Cell, test: Extract<ValueTest, { kind: 'order' }>): Sql {
  const operator = raw(test.operator);
  switch (typeof test.value) {
    case 'number':
      return sql`(${isNumber(cell)} AND ${cell.value} ${operator} ${jsonNumber(test.value)})`;
    case 'string':
      return sql`(${cell.type} = 'text' AND ${cell.value} ${operator} ${test.value})`;
    case 'boolean':
      return some(booleansInOrder(test.operator, test.value).map(value => isBoolean(cell, value)));
    default:
      return NEVER;
  }
}

function isNumber(cell: Cell): Sql {
  return sql`${cell.type} IN ('integer', 'real')`;
}

function isBoolean(cell: Cell, value: boolean): Sql {
  return sql`${cell.type} = ${raw(value ? `'true'` : `'false'`)}`;
}

/** Whether two arrays hold the same values at the same places. `1` and `1.0` are equal. */
function sameArray(cell: Cell): Sql {
  const stored = flattened(sql`CASE ${cell.type} WHEN 'array' THEN ${cell.value} END`);
  const wanted = flattened(sql`wanted.value`);
  return sql`NOT EXISTS (${stored} EXCEPT ${wanted}) AND NOT EXISTS (${wanted} EXCEPT ${stored})`;
}

function flattened(array: Sql): Sql {
  return sql`SELECT fullkey, CASE type WHEN 'real' THEN 'integer' ELSE type END, atom FROM json_tree(${array})`;
}

/** The custom value at a path that has no array on the way. */
export function cellAt(path: readonly string[]): Cell {
  const bound = sqlitePath(path);
  return { type: sql`json_type(users.custom, ${bound})`, value: sql`users.custom ->> ${bound}` };
}

/** The custom value at a path as rows of `json_each`: the elements, if it is an array. */
export function elementsAt(path: readonly string[]): Sql {
  return sql`json_each(users.custom, ${sqlitePath(path)})`;
}

/** Whether the path goes through an array before its end; undefined for a path that cannot. */
export function arrayOnTheWay(path: readonly string[]): Sql | undefined {
  if (path.length === 1) return undefined;
  const before = path.slice(1).map((_, index) => path.slice(0, index + 1));
  return some(before.map(part => sql`json_type(users.custom, ${sqlitePath(part)}) = 'array'`));
}

/**
 * The places in a user's custom data that a path leads to, by the rules of reach-path.ts. The query has the columns
 * `type`, `value` (see Cell) and `open`. It works for any document but is slow, so it runs only for documents that have
 * an array on the way.
 *
 * Where a name may be an index, it is recursive: a row of `walk` is a value, how many names of the path led to it (`at`), and whether it is open. An open array at the
 * end of the path also stands for its elements. An open value before the end that is neither array nor object means
 * that nothing is there.
 */
export function sqliteWalk(path: readonly string[]): Sql {
  return mayStepByIndex(path) ? walkByIndexes(path) : walkByNames(path);
}

/** A path without an index ends in objects that can be joined. LIMIT keeps SQLite from computing a column at each of its uses. */
function walkByNames(path: readonly string[]): Sql {
  const { from, conditions, value } = sqliteObjects(path.slice(0, -1));
  const last = sqlitePath(path.slice(-1));
  return sql`SELECT json_type(${value}, ${last}) AS type, ${value} ->> ${last} AS value, 1 AS open
      FROM ${from} WHERE ${every(conditions)} LIMIT -1`;
}

function walkByIndexes(path: readonly string[]): Sql {
  const names = JSON.stringify(path);
  const indexes = JSON.stringify(path.map(arrayIndex));
  const length = path.length;
  const member = sql`'$."' || (${names} ->> walk.at) || '"'`;
  const index = sql`(${indexes} ->> walk.at)`;
  const elements = sql`json_each(CASE walk.type WHEN 'array' THEN walk.value ELSE '[]' END) AS element`;
  return sql`WITH RECURSIVE walk(type, value, at, open) AS (
        SELECT 'object', users.custom, 0, 1
        UNION ALL
        SELECT json_type(walk.value, ${member}), walk.value ->> (${member}), walk.at + 1, 1 FROM walk
          WHERE walk.type = 'object' AND walk.at < ${length}
        UNION ALL
        SELECT element.type, element.value, walk.at, 1 FROM walk, ${elements}
          WHERE walk.type = 'array' AND walk.at < ${length} AND element.type = 'object'
        UNION ALL
        SELECT element.type, element.value, walk.at + 1, 0 FROM walk, ${elements}
          WHERE walk.type = 'array' AND walk.at < ${length} AND element.key = ${index}
      )
      SELECT CASE WHEN at = ${length} THEN type END AS type, CASE WHEN at = ${length} THEN value END AS value, open
      FROM walk WHERE at = ${length} OR (open AND coalesce(type NOT IN ('array', 'object'), 1))`;
}
