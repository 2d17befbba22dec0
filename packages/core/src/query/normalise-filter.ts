/**
 * The same filter in a form that costs less to judge, for SQL and for the matcher in memory. A normal form
 *
 * - negates nothing but single comparisons: `$nor` goes down to them, where `$ne`, `$nin` and `$exists` take it in;
 * - has no "all" directly within an "all" and no "any" within an "any", and nothing twice;
 * - asks once whether a field has one of several values: equalities joined by "or" are one `$in`, and their negations
 *   joined by "and" one `$nin`;
 * - has of several bounds of a field, joined in the same way, the widest;
 * - has the cheap parts first, because what follows is often not looked at.
 *
 * A filter that everybody matches becomes an empty "all", and one that nobody can match an empty "any".
 */
import type { Comparison, FieldReference, JsonValue, ParsedFilter } from '@rollcall/protocol';
import { mergeRanges } from './merge-ranges.js';

type Comparing = Extract<ParsedFilter, { kind: 'compare' }>;

/** The same filter, with the same matches, in its normal form. */
export function normaliseFilter(filter: ParsedFilter): ParsedFilter {
  return normalise(filter, false);
}

function normalise(filter: ParsedFilter, negated: boolean): ParsedFilter {
  switch (filter.kind) {
    case 'compare':
      return negated ? negation(filter) : constantOr(filter);
    case 'all':
      return join(negated ? 'any' : 'all', filter.nodes, negated);
    case 'any':
      return join(negated ? 'all' : 'any', filter.nodes, negated);
    case 'none':
      return join(negated ? 'any' : 'all', filter.nodes, !negated);
  }
}

function join(kind: 'all' | 'any', nodes: readonly ParsedFilter[], negated: boolean): ParsedFilter {
  const parts = nodes
    .map(node => normalise(node, negated))
    .flatMap(node => (node.kind === kind ? node.nodes : [node]));
  // An empty "any" decides an "all", and an empty "all" an "any".
  const decisive = parts.find(part => part.kind !== 'compare' && part.nodes.length === 0);
  if (decisive) return decisive;
  const merged = mergeRanges(kind, mergeMemberships(kind, parts));
  const unlike = new Map(merged.map(part => [JSON.stringify(part), part]));
  const inOrder = [...unlike.values()]
    .map(part => ({ part, cost: costOf(part) }))
    .sort((one, other) => one.cost - other.cost)
    .map(({ part }) => part);
  const [only] = inOrder;
  return inOrder.length === 1 && only ? only : { kind, nodes: inOrder };
}

/** Equalities of one field under "any", and their negations under "all", become one list. */
function mergeMemberships(kind: 'all' | 'any', parts: readonly ParsedFilter[]): ParsedFilter[] {
  const [one, many] = kind === 'any' ? (['$eq', '$in'] as const) : (['$ne', '$nin'] as const);
  const lists = new Map<string, { field: FieldReference; values: JsonValue[] }>();
  const kept: ParsedFilter[] = [];
  for (const part of parts) {
    const values = part.kind === 'compare' ? valuesOf(part.comparison, one, many) : undefined;
    if (part.kind !== 'compare' || !values) {
      kept.push(part);
      continue;
    }
    const name = JSON.stringify(part.field);
    const list = lists.get(name) ?? { field: part.field, values: [] };
    for (const value of values) list.values.push(value);
    lists.set(name, list);
  }
  const memberships = [...lists.values()].map(({ field, values }): ParsedFilter => {
    const unlike = distinct(values);
    const [only] = unlike;
    const comparison: Comparison =
      unlike.length === 1 && only !== undefined
        ? { operator: one, value: only }
        : { operator: many, values: unlike };
    return { kind: 'compare', field, comparison };
  });
  return [...memberships, ...kept];
}

function valuesOf(comparison: Comparison, one: '$eq' | '$ne', many: '$in' | '$nin'): JsonValue[] | undefined {
  if (comparison.operator === one) return [comparison.value];
  return comparison.operator === many ? comparison.values : undefined;
}

/** JSON writes equal values alike, since no operand holds an object; but it writes `-0` as `0`, which it equals. */
function distinct(values: readonly JsonValue[]): JsonValue[] {
  return [...new Map(values.map(value => [JSON.stringify(value), value])).values()];
}

/** Nothing is in an empty list, and a value without a word finds nobody. */
function constantOr(filter: Comparing): ParsedFilter {
  const { operator } = filter.comparison;
  if (operator === '$in' && filter.comparison.values.length === 0) return { kind: 'any', nodes: [] };
  if (operator === '$nin' && filter.comparison.values.length === 0) return { kind: 'all', nodes: [] };
  if (operator === '$autocomplete' && filter.comparison.words.length === 0) return { kind: 'any', nodes: [] };
  return filter;
}

function negation(filter: Comparing): ParsedFilter {
  const { field, comparison } = filter;
  const compare = (negated: Comparison): ParsedFilter =>
    constantOr({ kind: 'compare', field, comparison: negated });
  switch (comparison.operator) {
    case '$eq':
      return compare({ operator: '$ne', value: comparison.value });
    case '$ne':
      return compare({ operator: '$eq', value: comparison.value });
    case '$in':
      return compare({ operator: '$nin', values: comparison.values });
    case '$nin':
      return compare({ operator: '$in', values: comparison.values });
    case '$exists':
      return compare({ operator: '$exists', value: !comparison.value });
    case '$autocomplete':
      return comparison.words.length === 0 ? { kind: 'all', nodes: [] } : { kind: 'none', nodes: [filter] };
    default:
      return { kind: 'none', nodes: [filter] };
  }
}

/** About what a part costs to judge, in comparisons of a column. */
function costOf(filter: ParsedFilter): number {
  if (filter.kind !== 'compare') return filter.nodes.reduce((sum, node) => sum + costOf(node), 0);
  const { field, comparison } = filter;
  if (comparison.operator === '$autocomplete') return 100;
  if (field.kind === 'custom') return field.path.length === 1 ? 10 : 40;
  return field.field === 'teams' ? 10 : 1;
}
