import type { JsonValue, ParsedSortKey } from '@rollcall/protocol';
import { compareText, firstCharacters, kindOf } from '../json/json-values.js';
import type { UserRow } from '../users/model/user-table.js';
import { builtInValue } from './built-in-value.js';
import { reachPath } from './reach-path.js';
import type { Viewpoint } from './user-query.js';

/** What a sort compares for one user. Objects are equal to each other, and so are arrays within arrays. */
export type SortValue =
  | { kind: 'empty' | 'null' | 'object' | 'array' }
  | { kind: 'number'; value: number }
  | { kind: 'string'; value: string }
  | { kind: 'boolean'; value: boolean };

/**
 * The number of characters of a text that a sort by a custom field compares. The cursor holds the sort key of the last
 * user, so this bounds the length of a cursor.
 */
export const SORT_TEXT_LENGTH = 256;

/** MongoDB's order of types. A missing value sorts as null, and an empty array sorts before it. */
export const SORT_RANKS: Record<SortValue['kind'], number> = {
  empty: 0,
  null: 1,
  number: 2,
  string: 3,
  object: 4,
  array: 5,
  boolean: 6,
};

/** What a sort key compares for a user. The SQL of the sort computes the same. */
export function sortValueOf(row: UserRow, key: ParsedSortKey, viewpoint: Viewpoint): SortValue {
  const { field, direction } = key;
  if (field.kind === 'built-in') {
    const value = builtInValue(row, field.field, viewpoint);
    return Array.isArray(value) ? extreme(value.map(builtInSortValue), direction) : builtInSortValue(value);
  }
  const values = reachPath(row.custom, field.path, 'sort').flatMap(({ value, open }) => {
    if (!open || !Array.isArray(value)) return [customSortValue(value)];
    return value.length === 0 ? [{ kind: 'empty' } as const] : value.map(customSortValue);
  });
  return extreme(values, direction);
}

/** Compares two values for an ascending sort. */
export function compareSortValues(one: SortValue, other: SortValue): number {
  const byRank = SORT_RANKS[one.kind] - SORT_RANKS[other.kind];
  if (byRank !== 0) return byRank;
  if (one.kind === 'number' && other.kind === 'number') return one.value - other.value;
  if (one.kind === 'string' && other.kind === 'string') return compareText(one.value, other.value);
  if (one.kind === 'boolean' && other.kind === 'boolean') return Number(one.value) - Number(other.value);
  return 0;
}

/** The least of several values for an ascending sort, the greatest for a descending one. */
function extreme(values: readonly SortValue[], direction: 1 | -1): SortValue {
  const [first, ...rest] = values;
  if (!first) return { kind: 'null' };
  return rest.reduce((best, value) => (compareSortValues(value, best) * direction < 0 ? value : best), first);
}

function builtInSortValue(value: string | number | boolean | undefined): SortValue {
  if (typeof value === 'string') return { kind: 'string', value };
  if (typeof value === 'number') return { kind: 'number', value };
  return value === undefined ? { kind: 'null' } : { kind: 'boolean', value };
}

function customSortValue(value: JsonValue | undefined): SortValue {
  if (typeof value === 'string') return { kind: 'string', value: firstCharacters(value, SORT_TEXT_LENGTH) };
  if (typeof value === 'number') return { kind: 'number', value };
  if (typeof value === 'boolean') return { kind: 'boolean', value };
  return { kind: kindOf(value ?? null) as 'null' | 'object' | 'array' };
}
