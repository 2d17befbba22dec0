import type { JsonObject, JsonValue } from '@rollcall/client/server';
import { isOperator, type Operator } from './fields.js';

/** One condition of a filter: what a chip shows. */
export interface Chip {
  field: string;
  operator: Operator;
  value: JsonValue;
}

/**
 * The chips of a filter, all of which must hold; undefined where the filter says what chips cannot show, such as `$or`. Such a
 * filter stays text.
 */
export function chipsOf(filter: JsonObject): Chip[] | undefined {
  const chips: Chip[] = [];
  for (const [key, value] of Object.entries(filter)) {
    const found = key === '$and' ? chipsOfAll(value) : chipsOfField(key, value);
    if (found === undefined) return undefined;
    chips.push(...found);
  }
  return chips;
}

function chipsOfAll(filters: JsonValue): Chip[] | undefined {
  if (!Array.isArray(filters)) return undefined;
  const chips: Chip[] = [];
  for (const filter of filters) {
    const found = isObject(filter) ? chipsOf(filter) : undefined;
    if (found === undefined) return undefined;
    chips.push(...found);
  }
  return chips;
}

function chipsOfField(field: string, value: JsonValue): Chip[] | undefined {
  if (field.startsWith('$')) return undefined;
  if (!isObject(value)) return [{ field, operator: '$eq', value }];
  const entries = Object.entries(value);
  if (entries.length === 0) return undefined;
  const chips = entries.flatMap(([operator, operand]) =>
    isOperator(operator) ? [{ field, operator, value: operand }] : [],
  );
  return chips.length === entries.length ? chips : undefined;
}

/**
 * The filter of chips, as short as it can be said: an equality is its value, comparisons of one field stand together, and what
 * comes twice goes into `$and`.
 */
export function filterOf(chips: readonly Chip[]): JsonObject {
  const first: Record<string, JsonObject> = {};
  const again: JsonObject[] = [];
  for (const { field, operator, value } of chips) {
    const of = Object.hasOwn(first, field) ? first[field] : undefined;
    if (of === undefined) first[field] = { [operator]: value };
    else if (!Object.hasOwn(of, operator)) of[operator] = value;
    else again.push({ [field]: short({ [operator]: value }) });
  }
  const filter: JsonObject = {};
  for (const [field, comparisons] of Object.entries(first)) filter[field] = short(comparisons);
  return again.length === 0 ? filter : { ...filter, $and: again };
}

function short(comparisons: JsonObject): JsonValue {
  const [operator, ...others] = Object.keys(comparisons);
  const value = comparisons.$eq;
  return operator === '$eq' && others.length === 0 && value !== undefined ? value : comparisons;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
