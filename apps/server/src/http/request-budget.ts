import type { Authentication, CallerBudget } from '@rollcall/router';
import type { Host } from '../host.js';
import { lineOf } from './counted-caller.js';

/**
 * The budget for the requests of a caller, by what its token says: a request takes memory before anything is read about
 * its user.
 */
export function requestBudget(
  { budgets }: Pick<Host, 'budgets'>,
  authentication: Authentication,
  address: string,
): CallerBudget {
  const side = authentication.principal?.kind === 'server' ? 'server' : 'client';
  return budgets.of(lineOf(authentication, address), side);
}
