import { RollcallError } from '@rollcall/protocol';
import { customPathsIn } from '../query/compile-filter.js';
import type { UserQuery } from '../query/user-query.js';

/**
 * What to tell about a query of users that failed. One whose time was over is told what would make it cheaper: to index the
 * custom fields that it filters or sorts by, or else to narrow it.
 * @param indexed the setting `indexed_custom_fields`.
 */
export function adviseOnCost(
  error: unknown,
  { filter, sort }: Pick<UserQuery, 'filter' | 'sort'>,
  indexed: readonly string[],
): unknown {
  if (!(error instanceof RollcallError) || error.code !== 'QUERY_TOO_EXPENSIVE') return error;
  const filtered = customPathsIn(filter).map(path => path.join('.'));
  const sorted = sort.flatMap(({ field }) => (field.kind === 'custom' ? [field.path.join('.')] : []));
  const paths = [...new Set([...filtered, ...sorted])].filter(path => !indexed.includes(path));
  const advice =
    paths.length > 0
      ? `narrow it, or add to the setting indexed_custom_fields what it searches by: ${paths.join(', ')}`
      : `narrow it: fewer values and clauses, or a clause that few users match${sorted.length > 0 ? `; or do not sort by ${sorted.join(', ')}` : ''}`;
  return new RollcallError('QUERY_TOO_EXPENSIVE', `${error.message}; ${advice}`, { cause: error });
}
