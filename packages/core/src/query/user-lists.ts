/**
 * Lists of users that indexes hold ready. A list belongs to a part of a filter and has all users who match that part; it may
 * have others, too. So everybody who matches the filter is in each of its lists.
 */
import type { Comparison, FieldReference, ParsedFilter } from '@rollcall/protocol';
import sql, { join, type Sql } from 'sql-template-tag';
import { some } from './conditions.js';
import { toValueTest, type ValueTest } from './value-test.js';

/** Users that one index finds. */
export interface ListedUsers {
  /** A query of their `created_at` and `id`. */
  rows: Sql;
  /** Whether the index has the time of creation, too; otherwise that is NULL. */
  isDated: boolean;
  /** Whether a user is found among them at once, by `created_at` and `id`. */
  isKeyed: boolean;
  /** The built-in field in whose order the index has them. */
  field?: string;
  /** The condition by which the index gives them in the order of their creation; absent if it does not. */
  inOrder?: Sql;
  /**
   * The custom path whose index it is, where a query has to be told to read its users from there, and whether they come in the
   * order of their creation.
   */
  index?: { path: readonly string[]; isInOrder: boolean };
}

/** A list that one or several indexes hold together. */
export interface UserList extends Omit<ListedUsers, 'rows'> {
  parts: readonly Sql[];
}

/** The lists that an engine can count and begin with. Those of which its planner knows enough are absent. */
export interface UserListsDialect {
  /** Users of at least one of these teams. */
  ofTeams?(teams: readonly string[]): ListedUsers;
  /** Users of whom a word of the field begins so. */
  ofWord?(field: 'id' | 'name', beginning: string): ListedUsers;
  /** Users whose built-in field passes a test, if an index knows. */
  ofField?(field: string, test: ValueTest): ListedUsers | undefined;
  /** Users whom the index of a custom path finds; undefined when it cannot answer the test. */
  ofCustom(path: readonly string[], test: ValueTest): ListedUsers | undefined;
  /** The users of whom the index of a path does not know the value. */
  lacking?(path: readonly string[]): ListedUsers;
  /** Whether the planner knows about how many users have a value. */
  readonly plannerCounts: boolean;
  /** All ids of a list as one JSON array, as text. */
  readonly gatheredIds: Sql;
  /** Users whose ids are in such an array. */
  areAmong(ids: string): Sql;
  /** Users for whom two conditions hold, so that the planner begins with what an index finds for the first. */
  beginWith(first: Sql, rest: Sql): Sql;
}

/** What the lists depend on. */
export interface ListContext {
  lists: UserListsDialect;
  /** The indexed custom paths, dotted, and whether the index lacks the value of some user. */
  indexes: ReadonlyMap<string, { lacksUsers: boolean }>;
}

/** The most indexes, or uses of one, that a list is put together from. */
const MAX_PARTS = 16;

/** The rows of a list: `created_at` and `id`. A user may be there twice. */
export function rowsOf({ parts }: UserList): Sql {
  return join(parts, ' UNION ALL ');
}

/** Users of one list, by its alias, who are in another. The first must be dated, and the other keyed. */
export function appearIn({ parts }: UserList, alias: Sql): Sql {
  return some(
    parts.map(
      rows =>
        sql`EXISTS (SELECT 1 FROM (${rows}) AS other WHERE other.created_at = ${alias}.created_at AND other.id = ${alias}.id)`,
    ),
  );
}

/** The list of those whom a tenant sees. */
export function listsOfTenant(tenant: readonly string[] | undefined, { lists }: ListContext): UserList[] {
  const listed = tenant && tenant.length > 0 ? lists.ofTeams?.(tenant) : undefined;
  return listed ? [listOf(listed)] : [];
}

/** The lists of the parts that must all match. */
export function listsOf(filter: ParsedFilter, context: ListContext): UserList[] {
  switch (filter.kind) {
    case 'all':
      return filter.nodes.flatMap(node => listsOf(node, context));
    case 'any': {
      // Each condition may have several lists, of which any one will do. Those of the same place are put together: where all
      // conditions ask for the same words, they are about the same word.
      const each = filter.nodes.map(node => listsOf(node, context));
      const most = Math.max(0, ...each.map(lists => lists.length));
      return Array.from({ length: most }, (_, place) =>
        each.map(lists => lists[Math.min(place, lists.length - 1)]),
      ).flatMap(joined);
    }
    case 'none':
      return [];
    case 'compare':
      return listsOfComparison(filter.field, filter.comparison, context);
  }
}

/** One list of what is in any of these; not where one is missing, for then others match, too. */
function joined(together: readonly (UserList | undefined)[]): UserList[] {
  const parts = together.flatMap(list => list?.parts ?? []);
  if (together.length === 0 || together.includes(undefined) || parts.length > MAX_PARTS) return [];
  const isDated = together.every(list => list?.isDated);
  const isKeyed = together.every(list => list?.isKeyed);
  return [{ parts, isDated, isKeyed }];
}

function listsOfComparison(
  field: FieldReference,
  comparison: Comparison,
  { lists, indexes }: ListContext,
): UserList[] {
  if (comparison.operator === '$autocomplete') {
    const { field: name } = field as { field: 'id' | 'name' };
    return comparison.words.flatMap(word => lists.ofWord?.(name, word) ?? []).map(listOf);
  }
  const { test, negated } = toValueTest(comparison);
  if (negated) return [];
  if (field.kind === 'built-in') {
    if (field.field !== 'teams') return [lists.ofField?.(field.field, test) ?? []].flat().map(listOf);
    const { names, rest } = splitTeamsTest(test);
    return rest || !lists.ofTeams ? [] : [listOf(lists.ofTeams(names))];
  }
  const index = indexes.get(field.path.join('.'));
  const listed = index && lists.ofCustom(field.path, test);
  if (!listed) return [];
  if (!index.lacksUsers) return [listOf(listed)];
  const lacking = lists.lacking?.(field.path);
  if (!lacking) return [];
  const { rows, inOrder, ...list } = listed;
  return [{ ...list, parts: [rows, lacking.rows] }];
}

function listOf({ rows, ...list }: ListedUsers): UserList {
  return { ...list, parts: [rows] };
}

/** A test of teams: the names of which one is enough, and the test of what is left of it. */
export function splitTeamsTest(test: ValueTest): { names: string[]; rest: ValueTest | undefined } {
  if (test.kind === 'contains' && typeof test.value === 'string')
    return { names: [test.value], rest: undefined };
  if (test.kind !== 'in') return { names: [], rest: test };
  const names = test.values.filter(value => typeof value === 'string');
  const others = test.values.filter(value => typeof value !== 'string');
  return {
    names,
    rest: others.length > 0 || names.length === 0 ? { kind: 'in', values: others } : undefined,
  };
}
