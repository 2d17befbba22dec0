import {
  USER_FIELD_NAMES,
  USER_FIELDS,
  type UserFieldRule,
  type UserFieldsWith,
} from '../users/user-fields.js';

/** The name of a built-in field that a query may use. */
export type QueryField = UserFieldsWith<{ query: 'all' | 'server' }>;

/** The built-in fields whose words a query may ask for. */
export type AutocompleteField = UserFieldsWith<{ autocomplete: true }>;

/**
 * The built-in fields that a filter or a sort may name (docs/contract/queries.md) and what each holds, from the table of
 * fields. Every other first segment of a path addresses custom data; a built-in field that is not here cannot be queried.
 */
export const QUERY_FIELDS = Object.fromEntries(
  USER_FIELD_NAMES.flatMap(name => {
    const { holds, query, autocomplete }: UserFieldRule = USER_FIELDS[name];
    return query
      ? [[name, { holds, autocomplete: autocomplete === true, serverOnly: query === 'server' }]]
      : [];
  }),
) as {
  readonly [Field in QueryField]: {
    holds: (typeof USER_FIELDS)[Field]['holds'];
    autocomplete: boolean;
    serverOnly: boolean;
  };
};

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
