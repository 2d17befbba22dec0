import { actorOf, type Directory, judge, type Principal, type Tenant, type Viewer } from '@rollcall/core';
import { type Actor, type Grant, RollcallError } from '@rollcall/protocol';

/** Who calls, what it may do, and whom it sees. An anonymous caller has no user and cannot write. */
export type Caller =
  | { kind: 'server'; actor: Actor }
  | ({ kind: 'user'; userId: string; role: string; actor: Actor } & Rights)
  | ({ kind: 'anonymous'; role: 'anonymous'; actor: Actor } & Rights);

interface Rights {
  grants: readonly Grant[];
  /** What the caller's roles within teams add there, by team; absent: nothing. */
  teamGrants?: ReadonlyMap<string, readonly Grant[]>;
  /** Whom the caller sees and finds; absent: everyone. */
  tenant?: Tenant;
  /** Custom paths that the caller does not see of others (`private_custom_fields`); absent: none. */
  privatePaths?: readonly string[];
  /** When the user first had a live connection, in epoch milliseconds; absent: never, or nobody knows. */
  listensSince?: number;
}

/** A caller that has a user. */
export type UserCaller = Extract<Caller, { kind: 'user' }>;

/**
 * Finds out who calls, from what is stored now: a connection may be older than a deactivation.
 * @throws RollcallError `TOKEN_REVOKED`, `USER_NOT_FOUND`, `USER_DELETED` or `USER_DEACTIVATED`.
 */
export async function resolveCaller(directory: Directory, principal: Principal): Promise<Caller> {
  const access = await directory.users.access(principal);
  const refusal = judge(principal, access, 'call');
  if (refusal) throw refusal;
  const { user, grants, teamGrants, tenant, privatePaths } = access;
  const actor = actorOf(principal);
  const rights = { grants, teamGrants, tenant, privatePaths };
  switch (principal.kind) {
    case 'server':
      return { kind: 'server', actor };
    case 'anonymous':
      return { kind: 'anonymous', role: 'anonymous', actor, ...rights };
    case 'user':
      if (!user) throw new Error('the judge let in a call of a user who does not exist');
      return {
        kind: 'user',
        userId: principal.userId,
        role: user.role,
        actor,
        ...rights,
        ...(user.listens_since !== undefined && { listensSince: user.listens_since }),
      };
  }
}

/**
 * Requires that the caller's role has a grant. When the subject of the call belongs to teams, such as a channel of a team or
 * another user, the caller's role within one of these teams counts as well.
 * @param teams the teams of the subject.
 * @throws RollcallError `NOT_ALLOWED` unless the caller is a server or has the grant.
 */
export function requireGrant(caller: Caller, grant: Grant, teams: readonly string[] = []): void {
  if (caller.kind === 'server' || caller.grants.includes(grant)) return;
  if (teams.some(team => caller.teamGrants?.get(team)?.includes(grant))) return;
  throw new RollcallError('NOT_ALLOWED', `the role "${caller.role}" lacks the grant ${grant}`);
}

/** Whether a caller has a grant within some team, so that the teams of the subject have to be read. */
export function hasGrantInSomeTeam(caller: Caller, grant: Grant): boolean {
  if (caller.kind === 'server') return false;
  return [...(caller.teamGrants?.values() ?? [])].some(grants => grants.includes(grant));
}

/** The user who calls. @throws RollcallError `NOT_ALLOWED` for an anonymous caller, which has no user. */
export function requireUser(caller: Exclude<Caller, { kind: 'server' }>): UserCaller {
  if (caller.kind === 'user') return caller;
  throw new RollcallError('NOT_ALLOWED', 'only a user may call this; an anonymous caller has no user');
}

/** Who looks at content. @throws RollcallError `NOT_ALLOWED` for an anonymous caller. */
export function viewerOf(caller: Caller): Viewer {
  return caller.kind === 'server' ? { kind: 'server' } : { kind: 'user', userId: requireUser(caller).userId };
}

/**
 * The user in whose name a caller writes content: a user writes in its own name, a back end in the name of the user that
 * it gives.
 * @throws RollcallError `INPUT_INVALID` when a back end gives no user; `NOT_ALLOWED` when a user gives another user, and for
 * an anonymous caller.
 */
export function actingUserId(caller: Caller, userId: string | undefined): string {
  if (caller.kind === 'server') {
    if (userId !== undefined) return userId;
    throw new RollcallError(
      'INPUT_INVALID',
      'user_id: a call with a server token must name the user who acts',
      {
        field: 'user_id',
      },
    );
  }
  const user = requireUser(caller);
  if (userId === undefined || userId === user.userId) return user.userId;
  throw new RollcallError('NOT_ALLOWED', 'user_id: only a server token may act for another user', {
    field: 'user_id',
  });
}
