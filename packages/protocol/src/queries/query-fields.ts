/**
 * The built-in fields that a filter or a sort may name (SPEC section 4) and what each holds. Every other first segment
 * of a path addresses custom data; a built-in field that is not listed cannot be queried.
 */
export const QUERY_FIELDS = {
  id: { holds: 'string', autocomplete: true, serverOnly: false },
  name: { holds: 'string', autocomplete: true, serverOnly: false },
  role: { holds: 'string', autocomplete: false, serverOnly: false },
  language: { holds: 'string', autocomplete: false, serverOnly: false },
  teams: { holds: 'strings', autocomplete: false, serverOnly: false },
  banned: { holds: 'boolean', autocomplete: false, serverOnly: false },
  shadow_banned: { holds: 'boolean', autocomplete: false, serverOnly: true },
  invisible: { holds: 'boolean', autocomplete: false, serverOnly: true },
  online: { holds: 'boolean', autocomplete: false, serverOnly: false },
  created_at: { holds: 'time', autocomplete: false, serverOnly: false },
  updated_at: { holds: 'time', autocomplete: false, serverOnly: false },
  last_active: { holds: 'time', autocomplete: false, serverOnly: false },
  deactivated_at: { holds: 'time', autocomplete: false, serverOnly: false },
} as const satisfies Record<string, { holds: QueryFieldKind; autocomplete: boolean; serverOnly: boolean }>;

/** What a queryable field holds; `any` is custom data. */
export type QueryFieldKind = 'string' | 'strings' | 'boolean' | 'time';

/** The name of a built-in field that a query may use. */
export type QueryField = keyof typeof QUERY_FIELDS;

/** The comparison operators of a filter. */
export const FILTER_OPERATORS = [
  '$eq',
  '$ne',
  '$gt',
  '$gte',
  '$lt',
  '$lte',
  '$in',
  '$nin',
  '$exists',
  '$contains',
  '$autocomplete',
] as const;

/** One comparison operator. */
export type FilterOperator = (typeof FILTER_OPERATORS)[number];

/** The operators that join filters. */
export const LOGICAL_OPERATORS = ['$and', '$or', '$nor'] as const;

/** One operator that joins filters. */
export type LogicalOperator = (typeof LOGICAL_OPERATORS)[number];
