import type { ErrorCode, RollcallError, UpsertUserInput } from '@rollcall/protocol';

/** Errors that say nothing about a user: every part of the batch would fail like the whole. */
const NOT_ABOUT_USERS: readonly ErrorCode[] = [
  'NOT_ALLOWED',
  'TOKEN_MISSING',
  'TOKEN_INVALID',
  'TOKEN_EXPIRED',
  'TOKEN_NOT_YET_VALID',
  'TOKEN_REVOKED',
  'RATE_LIMITED',
  'UNAVAILABLE',
];

/** Whether dividing a batch that failed so can tell good users from bad ones. */
export function isDivisible(error: RollcallError): boolean {
  return !NOT_ABOUT_USERS.includes(error.code);
}

/**
 * Cuts a batch that failed into parts to try one by one. The users that the error names are tried alone, so that nobody
 * is called bad for the company it was in; the others stay together. Where the error names nobody, or everybody, it is
 * cut in two. The batch has two users or more; no part is the whole.
 */
export function divide<Custom extends object>(
  users: UpsertUserInput<Custom>[],
  error: RollcallError,
): UpsertUserInput<Custom>[][] {
  const issues = error.issues ?? [error];
  const named = new Set(issues.map(issue => issue.index).filter(index => index !== undefined));
  const bad = users.filter((_, index) => named.has(index));
  const others = users.filter((_, index) => !named.has(index));
  if (bad.length > 0 && others.length > 0) return [others, ...bad.map(user => [user])];
  if (bad.length > 0) return bad.map(user => [user]);
  const middle = Math.ceil(users.length / 2);
  return [users.slice(0, middle), users.slice(middle)];
}
