import type { ParsedFilter } from '@rollcall/protocol';
import type { Transaction } from '../database/unit-of-work.js';
import type { JsonDialect } from './json-dialect.js';
import { toValueTest, type ValueTest } from './value-test.js';

/**
 * With no more users than this in some teams, a query begins with these users. With more, it looks at the users in its own
 * order: then one of these teams soon comes.
 */
const FEW = 5000;

/** Asked with teams: whether few users are in one of them. */
export type AreFew = (teams: readonly string[]) => boolean;

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

/** Counts the users of the teams that a query names: those of the tenant, and those of each comparison of its filter. */
export async function teamsWithFewUsers(
  transaction: Transaction,
  json: JsonDialect,
  { filter, tenant = [] }: { filter: ParsedFilter; tenant: readonly string[] | undefined },
): Promise<AreFew> {
  if (!json.countInTeams) return () => false;
  const few = new Set<string>();
  for (const teams of [tenant, ...teamsIn(filter)]) {
    if (teams.length === 0 || few.has(keyOf(teams))) continue;
    const [row] = await transaction.query(json.countInTeams(teams, FEW + 1));
    if (Number(row?.count) <= FEW) few.add(keyOf(teams));
  }
  return teams => few.has(keyOf(teams));
}

function teamsIn(filter: ParsedFilter): string[][] {
  if (filter.kind !== 'compare') return filter.nodes.flatMap(teamsIn);
  const { field, comparison } = filter;
  if (field.kind !== 'built-in' || field.field !== 'teams' || comparison.operator === '$autocomplete')
    return [];
  return [splitTeamsTest(toValueTest(comparison).test).names];
}

function keyOf(teams: readonly string[]): string {
  return JSON.stringify(teams);
}
