import { type Directory, type Principal, refuseCaller } from '@rollcall/core';
import { type Actor, type Grant, RollcallError } from '@rollcall/protocol';

/** Who calls, and what they may do. */
export type Caller =
  | { kind: 'server'; actor: Actor }
  | { kind: 'user'; userId: string; role: string; actor: Actor; grants: readonly Grant[] };

/**
 * Who a token speaks for, as they are now: a socket may be older than a deactivation.
 * @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED`, `USER_DEACTIVATED` or `TOKEN_REVOKED`.
 */
export async function resolveCaller(directory: Directory, principal: Principal): Promise<Caller> {
  if (principal.kind === 'server') return { kind: 'server', actor: { type: 'server' } };
  const { userId, issuedAt } = principal;
  const { user, grants } = await directory.users.access(userId);
  if (!user) {
    if ((await directory.users.findForgotten([userId])).size > 0) {
      throw new RollcallError('USER_DELETED', `the user "${userId}" has been deleted`);
    }
    throw new RollcallError('USER_NOT_FOUND', `there is no user "${userId}"; connect first`);
  }
  refuseCaller(user, issuedAt);
  return { kind: 'user', userId, role: user.role, actor: { type: 'user', id: userId }, grants };
}

/** @throws RollcallError `NOT_ALLOWED` unless the caller is a server or its role has the grant. */
export function requireGrant(caller: Caller, grant: Grant): void {
  if (caller.kind === 'server' || caller.grants.includes(grant)) return;
  throw new RollcallError('NOT_ALLOWED', `the role "${caller.role}" lacks the grant ${grant}`);
}
