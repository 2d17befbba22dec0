import type { JsonValue } from '@rollcall/protocol';
import sql, { raw, type Sql } from 'sql-template-tag';
import { NEVER, some } from '../conditions.js';
import { booleansInOrder, splitValues, type ValueTest } from '../value-test.js';

/** A test of one `jsonb` value by itself: an array counts as a whole only. */
export type PlainTest = Exclude<ValueTest, { kind: 'contains' }>;

/** A JSON value as a parameter. */
export function jsonb(value: JsonValue): Sql {
  return sql`${JSON.stringify(value)}::jsonb`;
}

/**
 * Whether a `jsonb` value passes a test; it is NULL where nothing is. Equality of `jsonb` is by type and value, as it
 * has to be. Its order is not: it follows the collation of the database, so numbers and texts are taken out first.
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
