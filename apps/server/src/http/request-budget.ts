import type { Authentication, CallerBudget } from '@rollcall/router';
import type { Host } from '../host.js';
import { countedAs, keyOf } from './counted-caller.js';

/**
 * The budget for the requests of a caller, by what its token says: a request takes memory before anything is read about
 * its user.
 */
export function requestBudget(
  { budgets }: Pick<Host, 'budgets'>,
  { principal, tokenDigest }: Authentication,
  address: string,
): CallerBudget {
  if (principal?.kind === 'server') return budgets.of(`server ${tokenDigest ?? ''}`, 'server');
  return budgets.of(keyOf(countedAs(principal, address)), 'client');
}
