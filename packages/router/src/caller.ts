import {
  type Access,
  belongsTo,
  type Directory,
  type Principal,
  refuseCaller,
  refuseToken,
  type Tenant,
} from '@rollcall/core';
import { type Actor, type Grant, RollcallError } from '@rollcall/protocol';

/** Who calls, what they may do, and whom they see. An anonymous caller has no user and writes nothing. */
export type Caller =
  | { kind: 'server'; actor: Actor }
  | ({ kind: 'user'; userId: string; role: string; actor: Actor } & Rights)
  | ({ kind: 'anonymous'; role: 'anonymous'; actor: Actor } & Rights);

interface Rights {
  grants: readonly Grant[];
  /** What the roles within single teams add there, by team; absent: nothing. */
  teamGrants?: ReadonlyMap<string, readonly Grant[]>;
  /** Whom the caller sees and finds; absent: everybody. */
  tenant?: Tenant;
}

/** A caller who has a user. */
export type UserCaller = Extract<Caller, { kind: 'user' }>;

/**
 * Who a token speaks for, as they are now: a socket may be older than a deactivation.
 * @throws RollcallError `TOKEN_REVOKED`, `USER_NOT_FOUND`, `USER_DELETED` or `USER_DEACTIVATED`.
 */
export async function resolveCaller(directory: Directory, principal: Principal): Promise<Caller> {
  if (principal.kind === 'server') {
    refuseToken(principal.issuedAt, await directory.tokens.revokedBefore());
    return { kind: 'server', actor: { type: 'server' } };
  }
  if (principal.kind === 'anonymous') {
    const access = await directory.users.anonymousAccess();
    return { kind: 'anonymous', role: 'anonymous', actor: { type: 'user' }, ...rightsOf(access) };
  }
  const { userId, issuedAt } = principal;
  const access = await directory.users.access(userId);
  refuseToken(issuedAt, access.revokedBefore);
  const { user } = access;
  if (!user) {
    if ((await directory.users.findForgotten([userId])).size > 0) {
      throw new RollcallError('USER_DELETED', `the user "${userId}" has been deleted`);
    }
    throw new RollcallError('USER_NOT_FOUND', `there is no user "${userId}"; connect first`);
  }
  refuseCaller(user, issuedAt);
  return { kind: 'user', userId, role: user.role, actor: { type: 'user', id: userId }, ...rightsOf(access) };
}

function rightsOf({ grants, teamGrants, tenant }: Access): Rights {
  return { grants, teamGrants, tenant };
}

/**
 * Lets a caller go on whose role has a grant. Where what it is about lies in teams, such as a channel of a team or
 * another user, the role that the caller has within one of these teams counts as well.
 * @param teams of what the call is about.
 * @throws RollcallError `NOT_ALLOWED` unless the caller is a server or has the grant.
 */
export function requireGrant(caller: Caller, grant: Grant, teams: readonly string[] = []): void {
  if (caller.kind === 'server' || caller.grants.includes(grant)) return;
  if (teams.some(team => caller.teamGrants?.get(team)?.includes(grant))) return;
  throw new RollcallError('NOT_ALLOWED', `the role "${caller.role}" lacks the grant ${grant}`);
}

/** Whether a caller has a grant within some team, so that it has to be looked at what a call is about. */
export function hasGrantInSomeTeam(caller: Caller, grant: Grant): boolean {
  if (caller.kind === 'server') return false;
  return [...(caller.teamGrants?.values() ?? [])].some(grants => grants.includes(grant));
}

/** The user who calls. @throws RollcallError `NOT_ALLOWED` for an anonymous caller, who has none. */
export function requireUser(caller: Exclude<Caller, { kind: 'server' }>): UserCaller {
  if (caller.kind === 'user') return caller;
  throw new RollcallError('NOT_ALLOWED', 'this takes a user; whoever is anonymous has none');
}

/** Whom a caller sees and finds; undefined: everybody. */
export function tenantOfCaller(caller: Caller): Tenant {
  return caller.kind === 'server' ? undefined : caller.tenant;
}

/** Whether a caller sees a user: servers and single-tenant apps everybody, others those of their tenant and themselves. */
export function canSee(caller: Caller, user: { id: string; teams: readonly string[] }): boolean {
  return (
    (caller.kind === 'user' && caller.userId === user.id) || belongsTo(tenantOfCaller(caller), user.teams)
  );
}
