import { type Issue, RollcallError } from '@rollcall/protocol';
import type { Transaction } from '../database/unit-of-work.js';
import { findUsers, userNotFound } from './find-users.js';
import type { UserRow } from './model/user-table.js';
import { findTombstones, userDeleted } from './tombstones.js';

/** The users that a call names: those that are stored, and those that are gone for good. */
export interface NamedUsers {
  stored: Map<string, UserRow>;
  forgotten: Set<string>;
}

/**
 * Reads the users that a call names, by `find`, which may hold them.
 * @throws RollcallError `USER_NOT_FOUND` for the first that never was, all of them in `issues`.
 */
export async function requireUsers(
  transaction: Transaction,
  ids: readonly string[],
  find: (transaction: Transaction, ids: readonly string[]) => Promise<Map<string, UserRow>> = findUsers,
): Promise<NamedUsers> {
  const stored = await find(transaction, ids);
  const missing = ids.filter(id => !stored.has(id));
  const forgotten = await findTombstones(transaction, missing);
  throwIssues(
    ids.flatMap((id, index) =>
      stored.has(id) || forgotten.has(id) ? [] : [userNotFound(id, { index, field: 'ids' })],
    ),
  );
  return { stored, forgotten };
}

/** Refuses users of a call who are deleted. @throws RollcallError `USER_DELETED` for the first, all of them in `issues`. */
export function refuseDeleted(ids: readonly string[], isDeleted: (id: string) => boolean): void {
  throwIssues(ids.flatMap((id, index) => (isDeleted(id) ? [userDeleted(id, { index, field: 'ids' })] : [])));
}

function throwIssues(errors: RollcallError[]): void {
  const issues = errors.map(
    ({ code, message, index, field }): Issue => ({
      code,
      message,
      ...(index !== undefined && { index }),
      ...(field !== undefined && { field }),
    }),
  );
  if (issues.length > 0) throw RollcallError.ofIssues(issues);
}
