import type { JsonValue } from '@rollcall/protocol';
import sql, { raw, type Sql } from 'sql-template-tag';
import { NEVER, some } from '../conditions.js';
import { booleansInOrder, splitValues, type ValueTest } from '../value-test.js';

/**
 * A JSON value in SQLite: the name of its type (NULL where nothing is) and the value as SQL, where an array or an object
 * is its JSON text. It is what the columns `type` and `value` of `json_each` hold.
 */
export interface Cell {
  type: Sql;
  value: Sql;
}

/** A test of one value by itself: an array counts as a whole only. */
export type CellTest = Exclude<ValueTest, { kind: 'contains' }>;

/** A number as SQLite reads it out of JSON, so that both sides of a comparison went through the same conversion. */
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

/** The two arrays hold the same at the same places; `1` and `1.0` are the same. */
function sameArray(cell: Cell): Sql {
  const stored = flattened(sql`CASE ${cell.type} WHEN 'array' THEN ${cell.value} END`);
  const wanted = flattened(sql`wanted.value`);
  return sql`NOT EXISTS (${stored} EXCEPT ${wanted}) AND NOT EXISTS (${wanted} EXCEPT ${stored})`;
}

function flattened(array: Sql): Sql {
  return sql`SELECT fullkey, CASE type WHEN 'real' THEN 'integer' ELSE type END, atom FROM json_tree(${array})`;
}
