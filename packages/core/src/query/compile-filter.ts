import type {
  AutocompleteField,
  Comparison,
  FieldReference,
  JsonValue,
  ParsedFilter,
} from '@rollcall/protocol';
import sql, { empty, raw, type Sql } from 'sql-template-tag';
import type { UserRow } from '../users/model/user-table.js';
import { type BuiltInColumn, builtInColumn, type PlainField } from './built-in-columns.js';
import { ALWAYS, every, NEVER, not, some } from './conditions.js';
import { indexedCustomPasses, type UsableIndexes } from './custom-indexes.js';
import type { JsonDialect } from './json-dialect.js';
import { compileSharing } from './shared-questions.js';
import { splitTeamsTest } from './user-lists.js';
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
  indexes: UsableIndexes;
}

/**
 * Compiles a filter to a condition on `users` that is TRUE for exactly the users who match. Its text depends only on
 * the shape of the filter, on which of its paths are the same, and on which of its names are numbers: every name and value
 * is a parameter, except for the names of indexed fields.
 * @param filter in its normal form.
 */
export function compileFilter(filter: ParsedFilter, context: FilterContext): Sql {
  const { json, indexes } = context;
  return compileSharing(filter, {
    json,
    compile: (node, customPasses) => compileNode(node, { ...context, json: { ...json, customPasses } }),
    isIndexed: path => indexes.has(path.join('.')),
  });
}

function compileNode(filter: ParsedFilter, context: FilterContext): Sql {
  switch (filter.kind) {
    case 'all':
      return every(compileParts(filter.nodes, true, context));
    case 'any':
      return some(compileParts(filter.nodes, false, context));
    case 'none':
      return not(some(compileParts(filter.nodes, false, context)));
    case 'compare':
      return compileComparison(filter.field, filter.comparison, context);
  }
}

/** The custom paths that a filter names. */
export function customPathsIn(filter: ParsedFilter): string[][] {
  if (filter.kind !== 'compare') return filter.nodes.flatMap(customPathsIn);
  return filter.field.kind === 'custom' ? [filter.field.path] : [];
}

/** The tests of a custom path that all users who match must pass. */
export function requiredTests(filter: ParsedFilter, path: readonly string[]): ValueTest[] {
  if (filter.kind === 'all') return filter.nodes.flatMap(node => requiredTests(node, path));
  const found = customTestOf(filter);
  return found && !found.negated && found.path.join('.') === path.join('.') ? [found.test] : [];
}

/**
 * The parts of a filter, with the tests of one custom path that are joined by "or" as one part, or those that fail joined by
 * "and". So a path is followed once for all of them. Tests that must all pass stay apart: different elements of an
 * array may pass them.
 */
function compileParts(nodes: readonly ParsedFilter[], negated: boolean, context: FilterContext): Sql[] {
  const together = new Map<string, { path: string[]; tests: ValueTest[] }>();
  const parts = nodes.map((node): (() => Sql) => {
    const found = customTestOf(node);
    const name = found?.path.join('.');
    if (!found || name === undefined || found.negated !== negated || context.indexes.has(name)) {
      return () => compileNode(node, context);
    }
    const { path, test } = found;
    const tests = together.get(name)?.tests;
    if (tests) {
      tests.push(test);
      return () => empty;
    }
    const group = { path, tests: [test] };
    together.set(name, group);
    return () => {
      const passes = context.json.customPasses(path, group.tests);
      return negated ? not(passes) : passes;
    };
  });
  return parts.map(part => part()).filter(part => part !== empty);
}

/** The test of a custom path that a part of a filter consists of, or whose failure it asks for. */
function customTestOf(node: ParsedFilter): { path: string[]; test: ValueTest; negated: boolean } | undefined {
  if (node.kind === 'none') {
    const inner = node.nodes.length === 1 && node.nodes[0] ? customTestOf(node.nodes[0]) : undefined;
    return inner && { ...inner, negated: !inner.negated };
  }
  if (node.kind !== 'compare' || node.field.kind !== 'custom') return undefined;
  if (node.comparison.operator === '$autocomplete') return undefined;
  return { path: node.field.path, ...toValueTest(node.comparison) };
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
    return indexed ?? json.customPasses(field.path, [test]);
  }
  if (field.field === 'teams') return teamsPass(test, json);
  return columnPasses(field.field, test, { json, column: builtInColumn(field.field, viewpoint) });
}

function teamsPass(test: ValueTest, json: JsonDialect): Sql {
  const { names, rest } = splitTeamsTest(test);
  const isIn = names.length === 0 ? [] : [json.inTeams(names)];
  return some([...isIn, ...(rest ? [json.teamsPass(rest)] : [])]);
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
