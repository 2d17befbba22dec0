import { RollcallError } from '@rollcall/protocol';
import { customPathsIn } from '../query/compile-filter.js';
import type { UserQuery } from '../query/user-query.js';

/** The custom fields that a query filters or sorts by and that have no index. */
export function unindexedPaths(
  { filter, sort }: Pick<UserQuery, 'filter' | 'sort'>,
  indexed: readonly string[],
): string[] {
  const filtered = customPathsIn(filter).map(path => path.join('.'));
  return [...new Set([...filtered, ...sortedPaths(sort)])].filter(path => !indexed.includes(path));
}

/**
 * What to tell about a query of users that failed. One whose time was over is told what would make it cheaper: to index the
 * custom fields that it filters or sorts by, or else to narrow it.
 * @param indexed the setting `indexed_custom_fields`.
 */
export function adviseOnCost(
  error: unknown,
  query: Pick<UserQuery, 'filter' | 'sort'>,
  indexed: readonly string[],
): unknown {
  if (!isTooExpensive(error)) return error;
  const paths = unindexedPaths(query, indexed);
  const sorted = sortedPaths(query.sort);
  const advice =
    paths.length > 0
      ? `narrow it, or add to the setting indexed_custom_fields what it searches by: ${paths.join(', ')}`
      : `narrow it: fewer values and clauses, or a clause that few users match${sorted.length > 0 ? `; or do not sort by ${sorted.join(', ')}` : ''}`;
  return new RollcallError('QUERY_TOO_EXPENSIVE', `${error.message}; ${advice}`, { cause: error });
}

/** Whether a query was ended because its time was over. */
export function isTooExpensive(error: unknown): error is RollcallError {
  return error instanceof RollcallError && error.code === 'QUERY_TOO_EXPENSIVE';
}

function sortedPaths(sort: UserQuery['sort']): string[] {
  return sort.flatMap(({ field }) => (field.kind === 'custom' ? [field.path.join('.')] : []));
}
