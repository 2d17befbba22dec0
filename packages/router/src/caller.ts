import { actorOf, type Directory, judge, type Principal, type Tenant, type Viewer } from '@rollcall/core';
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
 * Who calls, as they are stored now: a connection may be older than a deactivation.
 * @throws RollcallError `TOKEN_REVOKED`, `USER_NOT_FOUND`, `USER_DELETED` or `USER_DEACTIVATED`.
 */
export async function resolveCaller(directory: Directory, principal: Principal): Promise<Caller> {
  const access = await directory.users.access(principal);
  const refusal = judge(principal, access, 'call');
  if (refusal) throw refusal;
  const { user, grants, teamGrants, tenant } = access;
  const actor = actorOf(principal);
  const rights = { grants, teamGrants, tenant };
  switch (principal.kind) {
    case 'server':
      return { kind: 'server', actor };
    case 'anonymous':
      return { kind: 'anonymous', role: 'anonymous', actor, ...rights };
    case 'user':
      if (!user) throw new Error('the judge let in a call of a user who does not exist');
      return { kind: 'user', userId: principal.userId, role: user.role, actor, ...rights };
  }
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

/** Who looks at content. @throws RollcallError `NOT_ALLOWED` for an anonymous caller. */
export function viewerOf(caller: Caller): Viewer {
  return caller.kind === 'server' ? { kind: 'server' } : { kind: 'user', userId: requireUser(caller).userId };
}

/**
 * In whose name a caller writes content: a user in its own, a back end in that of the user it names.
 * @throws RollcallError `INPUT_INVALID` when a back end names nobody, `NOT_ALLOWED` when a user names somebody else, and
 * for an anonymous caller.
 */
export function actingUserId(caller: Caller, userId: string | undefined): string {
  if (caller.kind === 'server') {
    if (userId !== undefined) return userId;
    throw new RollcallError('INPUT_INVALID', 'user_id: with a server token, say who acts', {
      field: 'user_id',
    });
  }
  const user = requireUser(caller);
  if (userId === undefined || userId === user.userId) return user.userId;
  throw new RollcallError('NOT_ALLOWED', 'user_id: only a server token acts for somebody else', {
    field: 'user_id',
  });
}
