import type { JsonValue } from '@rollcall/protocol';
import sql, { raw, type Sql } from 'sql-template-tag';
import { every, NEVER, some } from '../conditions.js';
import { arrayIndex, mayStepByIndex } from '../reach-path.js';
import { booleansInOrder, splitValues, type ValueTest } from '../value-test.js';
import { postgresObjects } from './postgres-objects.js';

/** A test of one `jsonb` value by itself. An array counts only as a whole. */
export type PlainTest = Exclude<ValueTest, { kind: 'contains' }>;

/** A JSON value as a parameter. */
export function jsonb(value: JsonValue): Sql {
  return sql`${JSON.stringify(value)}::jsonb`;
}

/**
 * Whether a `jsonb` value passes a test. The value is NULL if there is nothing. Equality of `jsonb` is by type and
 * value, as needed. Its order follows the collation of the database, so numbers and texts are taken out first.
 */
export function valuePasses(value: Sql, test: PlainTest): Sql {
  switch (test.kind) {
    case 'exists':
      return sql`${value} IS NOT NULL`;
    case 'order':
      return standsInOrder(value, test);
    case 'in':
      return isAmong(value, test.values);
  }
}

function isAmong(value: Sql, values: readonly JsonValue[]): Sql {
  const conditions: Sql[] = [];
  const present = values.filter(one => one !== null);
  if (splitValues(values).orAbsent) conditions.push(sql`${value} IS NULL`, sql`${value} = 'null'::jsonb`);
  const [only] = present;
  if (present.length === 1 && only !== undefined) conditions.push(sql`${value} = ${jsonb(only)}`);
  if (present.length > 1) conditions.push(sql`${value} IN (SELECT jsonb_array_elements(${jsonb(present)}))`);
  return some(conditions);
}

function standsInOrder(value: Sql, test: Extract<ValueTest, { kind: 'order' }>): Sql {
  const operator = raw(test.operator);
  switch (typeof test.value) {
    case 'number':
      return sql`CASE jsonb_typeof(${value}) WHEN 'number' THEN ${numberOf(value)} ${operator} ${JSON.stringify(test.value)}::numeric END`;
    case 'string':
      return sql`CASE jsonb_typeof(${value}) WHEN 'string' THEN ${textOf(value)} ${operator} ${test.value} END`;
    case 'boolean':
      return some(booleansInOrder(test.operator, test.value).map(one => sql`${value} = ${jsonb(one)}`));
    default:
      return NEVER;
  }
}

/** A `jsonb` number as a number. */
export function numberOf(value: Sql): Sql {
  return sql`(${value})::numeric`;
}

/** A `jsonb` string as text that compares by its bytes. */
export function textOf(value: Sql): Sql {
  return sql`(${value} #>> '{}') COLLATE "C"`;
}

/**
 * The custom value at a path, or NULL if there is none. The path is a parameter, an array of names. It would also step
 * into arrays by index, so use it only where no array is on the way.
 */
export function valueAt(path: readonly string[]): Sql {
  return sql`(users.custom #> ${[...path]}::text[])`;
}

/** Whether the path goes through an array before its end; undefined for a path that cannot. */
export function arrayOnTheWay(path: readonly string[]): Sql | undefined {
  if (path.length === 1) return undefined;
  const before = path.slice(1).map((_, index) => path.slice(0, index + 1));
  return some(before.map(part => sql`jsonb_typeof(${valueAt(part)}) = 'array'`));
}

/**
 * The places in a user's custom data that a path leads to, by the rules of reach-path.ts. The query has the columns
 * `value` (NULL if there is nothing) and `open`. It works for any document but is slow, so it runs only for documents
 * that have an array on the way.
 *
 * Where a name may be an index, it is recursive: a row of `walk` is a value, how many names of the path led to it (`at`), and whether it is open. An open array at the
 * end of the path also stands for its elements. An open value before the end that is neither array nor object means
 * that nothing is there. PostgreSQL allows a recursive query to name itself only once, hence the LATERAL.
 */
export function postgresWalk(path: readonly string[]): Sql {
  return mayStepByIndex(path) ? walkByIndexes(path) : walkByNames(path);
}

/** A path without an index ends in objects that can be joined. OFFSET 0 keeps the planner from repeating the value. */
function walkByNames(path: readonly string[]): Sql {
  const { from, conditions, value } = postgresObjects(path.slice(0, -1));
  return sql`SELECT ${value} -> ${path.at(-1)}::text AS value, TRUE AS open
      FROM ${from} WHERE ${every(conditions)} OFFSET 0`;
}

function walkByIndexes(path: readonly string[]): Sql {
  const length = sql`${path.length}::int`;
  const name = sql`(${jsonb([...path])} ->> walk.at)`;
  const index = sql`(${jsonb(path.map(arrayIndex))} ->> walk.at)::int`;
  const kind = sql`jsonb_typeof(walk.value)`;
  const elements = sql`jsonb_array_elements(CASE ${kind} WHEN 'array' THEN walk.value ELSE '[]' END) AS element(value)`;
  const hasIndex = sql`coalesce(${index} < jsonb_array_length(CASE ${kind} WHEN 'array' THEN walk.value ELSE '[]' END), FALSE)`;
  return sql`WITH RECURSIVE walk(value, at, open) AS (
        SELECT users.custom, 0, TRUE
        UNION ALL
        SELECT step.value, step.at, step.open FROM walk, LATERAL (
          SELECT walk.value -> ${name}, walk.at + 1, TRUE WHERE ${kind} = 'object'
          UNION ALL
          SELECT element.value, walk.at, TRUE FROM ${elements} WHERE jsonb_typeof(element.value) = 'object'
          UNION ALL
          SELECT walk.value -> ${index}, walk.at + 1, FALSE WHERE ${kind} = 'array' AND ${hasIndex}
        ) AS step(value, at, open) WHERE walk.at < ${length}
      )
      SELECT CASE WHEN at = ${length} THEN value END AS value, open
      FROM walk WHERE at = ${length} OR (open AND coalesce(jsonb_typeof(value) NOT IN ('array', 'object'), TRUE))`;
}
