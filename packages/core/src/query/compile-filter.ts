import type {
  AutocompleteField,
  Comparison,
  FieldReference,
  JsonValue,
  ParsedFilter,
} from '@rollcall/protocol';
import sql, { raw, type Sql } from 'sql-template-tag';
import type { UserRow } from '../users/model/user-table.js';
import { type BuiltInColumn, builtInColumn, type PlainField } from './built-in-columns.js';
import { ALWAYS, every, NEVER, not, some } from './conditions.js';
import { indexedCustomPasses } from './custom-indexes.js';
import type { JsonDialect } from './json-dialect.js';
import type { Viewpoint } from './user-query.js';
import { splitValues, toValueTest, type ValueTest } from './value-test.js';

/** The columns of words that `$autocomplete` looks through. */
const WORDS_COLUMNS = {
  id: 'id_words',
  name: 'name_words',
} as const satisfies Record<AutocompleteField, keyof UserRow>;

/** What the compilation of a filter depends on. */
export interface FilterContext {
  json: JsonDialect;
  viewpoint: Viewpoint;
  /** The indexed custom paths, dotted, and whether any user has an array there. */
  indexes: ReadonlyMap<string, { hasArrays: boolean }>;
}

/**
 * Compiles a filter to a condition on `users` that is TRUE for exactly the users who match. Its text depends only on
 * the shape of the filter: every name and value is a parameter, except for the names of indexed fields.
 */
export function compileFilter(filter: ParsedFilter, context: FilterContext): Sql {
  switch (filter.kind) {
    case 'all':
      return every(filter.nodes.map(node => compileFilter(node, context)));
    case 'any':
      return some(filter.nodes.map(node => compileFilter(node, context)));
    case 'none':
      return not(some(filter.nodes.map(node => compileFilter(node, context))));
    case 'compare':
      return compileComparison(filter.field, filter.comparison, context);
  }
}

/** The custom paths that a filter names. */
export function customPathsIn(filter: ParsedFilter): string[][] {
  if (filter.kind !== 'compare') return filter.nodes.flatMap(customPathsIn);
  return filter.field.kind === 'custom' ? [filter.field.path] : [];
}

function compileComparison(field: FieldReference, comparison: Comparison, context: FilterContext): Sql {
  if (comparison.operator === '$autocomplete') {
    // The parser admits it only for fields that have a column of their words.
    const words = WORDS_COLUMNS[(field as { field: AutocompleteField }).field];
    return context.json.hasWords(raw(`users.${words}`), comparison.words);
  }
  const { test, negated } = toValueTest(comparison);
  const passes = fieldPasses(field, test, context);
  return negated ? not(passes) : passes;
}

function fieldPasses(field: FieldReference, test: ValueTest, context: FilterContext): Sql {
  const { json, viewpoint, indexes } = context;
  if (field.kind === 'custom') {
    const index = indexes.get(field.path.join('.'));
    const indexed = index && indexedCustomPasses(json, field.path, { test, ...index });
    return indexed ?? json.customPasses(field.path, test);
  }
  if (field.field === 'teams') return json.teamsPass(test);
  return columnPasses(field.field, test, { json, column: builtInColumn(field.field, viewpoint) });
}

/** The parser has already checked that the values have the type of the field. */
function columnPasses(
  field: PlainField,
  test: ValueTest,
  { json, column }: { json: JsonDialect; column: BuiltInColumn },
): Sql {
  const { expression, nullable } = column;
  switch (test.kind) {
    case 'exists':
      return nullable ? sql`${expression} IS NOT NULL` : ALWAYS;
    case 'order':
      return sql`${expression} ${raw(test.operator)} ${test.value}`;
    case 'in':
      return isAmong(test.values, json, column);
    case 'contains':
      throw new Error(`${field} is not an array`);
  }
}

function isAmong(
  values: readonly JsonValue[],
  json: JsonDialect,
  { expression, nullable }: BuiltInColumn,
): Sql {
  const { orAbsent, booleans, scalars } = splitValues(values);
  const conditions: Sql[] = [];
  if (orAbsent && nullable) conditions.push(sql`${expression} IS NULL`);
  for (const value of booleans) conditions.push(value ? expression : sql`NOT ${expression}`);
  if (scalars.length === 1) conditions.push(sql`${expression} = ${scalars[0]}`);
  if (scalars.length > 1) conditions.push(json.isOneOf(expression, scalars));
  return conditions.length === 0 ? NEVER : some(conditions);
}
