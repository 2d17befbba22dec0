/**
 * Planners choose between two ways to the first page of a filter: to begin with the users whom an index finds, and to look at
 * the users in the order of the page until enough of them match. Where few users match, the second way looks at all of them.
 * An engine that cannot know how many match is told: the users are counted beforehand, but not past {@link FEW} of them.
 */
import type { ParsedFilter } from '@rollcall/protocol';
import sql from 'sql-template-tag';
import type { Transaction } from '../database/unit-of-work.js';
import type { UsableIndexes } from './custom-indexes.js';
import type { JsonDialect } from './json-dialect.js';
import { toValueTest, type ValueTest } from './value-test.js';

/** With no more users than this a query begins with them. With more, one of them soon comes in any order. */
const FEW = 5000;

/** Which tests few users pass. */
export interface FewUsers {
  /** Whether few users are in one of these teams. */
  areInTeams(teams: readonly string[]): boolean;
  /** Whether few users pass a test of an indexed custom path. */
  pass(path: readonly string[], test: ValueTest): boolean;
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

/** Counts the users of the teams and of the lists of values that a query names. */
export async function countFewUsers(
  transaction: Transaction,
  json: JsonDialect,
  {
    filter,
    tenant,
    indexes,
  }: { filter: ParsedFilter; tenant: readonly string[] | undefined; indexes: UsableIndexes },
): Promise<FewUsers> {
  const few = new Set<string>();
  const looked = new Set<string>();
  const { countInTeams, customIndex } = json;
  const count = async (key: string, statement: Parameters<Transaction['query']>[0]) => {
    if (looked.has(key)) return;
    looked.add(key);
    const [row] = await transaction.query(statement);
    if (Number(row?.count) <= FEW) few.add(key);
  };

  const tests = [...testsIn(filter)];
  for (const teams of [tenant ?? [], ...tests.map(teamsOf)]) {
    if (countInTeams && teams.length > 0) await count(keyOfTeams(teams), countInTeams(teams, FEW + 1));
  }
  for (const { path, test } of tests) {
    // A user whom the index does not hold may pass, too.
    const ids = path && indexes.get(path.join('.'))?.lacksUsers === false && customIndex.idsOf?.(path, test);
    if (!ids) continue;
    const counted = sql`SELECT count(*) AS count FROM (${ids} LIMIT ${FEW + 1}) AS counted`;
    await count(keyOfTest(path, test), counted);
  }
  return {
    areInTeams: teams => few.has(keyOfTeams(teams)),
    pass: (path, test) => few.has(keyOfTest(path, test)),
  };
}

/** A test in a filter: of a custom path, or of teams. */
interface FilterTest {
  path: readonly string[] | undefined;
  test: ValueTest;
}

function* testsIn(filter: ParsedFilter): Generator<FilterTest> {
  if (filter.kind !== 'compare') {
    for (const node of filter.nodes) yield* testsIn(node);
    return;
  }
  const { field, comparison } = filter;
  if (comparison.operator === '$autocomplete') return;
  if (field.kind === 'custom') yield { path: field.path, ...toValueTest(comparison) };
  else if (field.field === 'teams') yield { path: undefined, ...toValueTest(comparison) };
}

function teamsOf({ path, test }: FilterTest): string[] {
  return path ? [] : splitTeamsTest(test).names;
}

function keyOfTeams(teams: readonly string[]): string {
  return JSON.stringify(teams);
}

function keyOfTest(path: readonly string[], test: ValueTest): string {
  return JSON.stringify({ path, test });
}
