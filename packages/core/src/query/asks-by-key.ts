import type { ParsedSortKey } from '@rollcall/protocol';
import { normaliseFilter } from './normalise-filter.js';
import type { UserQuery } from './user-query.js';

/** Sorts by these leave the key as the best way in on every engine. */
const PLAIN_SORTS: readonly string[] = ['id', 'created_at'];

/**
 * Whether a query names the users that it asks for, and nothing else: its cost is that of looking up so many keys, as every
 * lookup's is.
 */
export function asksByKey({ filter, sort }: Pick<UserQuery, 'filter' | 'sort'>): boolean {
  return namesUsers(normaliseFilter(filter)) && sort.every(isPlain);
}

function namesUsers(filter: UserQuery['filter']): boolean {
  if (filter.kind !== 'compare' || filter.field.kind === 'custom' || filter.field.field !== 'id')
    return false;
  return filter.comparison.operator === '$eq' || filter.comparison.operator === '$in';
}

function isPlain({ field }: ParsedSortKey): boolean {
  return field.kind === 'built-in' && PLAIN_SORTS.includes(field.field);
}
