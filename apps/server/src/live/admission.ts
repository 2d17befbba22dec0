import { grantsOf, type Principal, refuseCaller, refuseToken } from '@rollcall/core';
import { CLOSE_CODES, type ErrorCode, RollcallError } from '@rollcall/protocol';
import type { Authentication } from '@rollcall/router';
import type { Host } from '../host.js';
import { fault } from '../http/answer-error.js';
import type { Session, Sessions, Transport } from './connections.js';

/** What became of somebody who wants to stay connected. */
export interface Admission {
  authentication: Authentication;
  /** Absent when there is an error. */
  session?: Session;
}

/**
 * Lets the bearer of a good token stay connected, unless the user may not be. It never throws: what stands in the way is
 * part of the answer.
 *
 * The connection is registered before the user is looked up. So a deactivation that commits before the look is seen by
 * it, and one that commits after it finds the connection to close; there is no moment between.
 */
export async function admit(
  { sessions, ...lookups }: { sessions: Sessions } & Lookups & Pick<Host, 'lookUpPosition'>,
  authentication: Authentication,
  { transport, requestId }: { transport: Transport; requestId: string },
): Promise<Admission> {
  if (authentication.error) return { authentication };
  let session: Session | undefined;
  try {
    session = sessions.open(authentication.principal, transport);
    const refusal = await refusalOf(lookups, authentication.principal);
    if (refusal) throw refusal;
    session.since = await lookups.lookUpPosition();
    sessions.announce(session);
    return { authentication, session };
  } catch (error) {
    if (session) sessions.end(session);
    return { authentication: { error: error instanceof RollcallError ? error : fault(requestId, error) } };
  }
}

type Lookups = Pick<Host, 'lookUpUser' | 'lookUpForgotten' | 'lookUpSettings'>;

/**
 * Why somebody may not stay connected; undefined when nothing stands in the way. A user who does not exist yet may: the
 * first call after connecting makes it. Whoever is anonymous may only where its role reads users: there is nothing else
 * that it could follow.
 */
export async function refusalOf(lookups: Lookups, principal: Principal): Promise<RollcallError | undefined> {
  try {
    await refuseConnection(lookups, principal);
    return undefined;
  } catch (error) {
    if (error instanceof RollcallError) return error;
    throw error;
  }
}

async function refuseConnection(
  { lookUpUser, lookUpForgotten, lookUpSettings }: Lookups,
  principal: Principal,
): Promise<void> {
  const settings = await lookUpSettings();
  if (principal.kind === 'anonymous') {
    if (grantsOf(settings, 'anonymous').includes('read-users')) return;
    throw new RollcallError('NOT_ALLOWED', 'the role "anonymous" lacks the grant read-users');
  }
  refuseToken(principal.issuedAt, settings.revoke_tokens_issued_before);
  if (principal.kind === 'server') return;
  const { userId, issuedAt } = principal;
  const user = await lookUpUser(userId);
  if (user) refuseCaller(user, issuedAt);
  else if (await lookUpForgotten(userId)) {
    throw new RollcallError('USER_DELETED', `the user "${userId}" has been deleted`);
  }
}

/** Refusals that do not lie in the token itself. */
const OTHER_REFUSALS: Partial<Record<ErrorCode, number>> = {
  TOKEN_EXPIRED: CLOSE_CODES.tokenExpired,
  TOKEN_REVOKED: CLOSE_CODES.refused,
  USER_DEACTIVATED: CLOSE_CODES.refused,
  USER_DELETED: CLOSE_CODES.refused,
  NOT_ALLOWED: CLOSE_CODES.refused,
  RATE_LIMITED: CLOSE_CODES.tryAgainLater,
  UNAVAILABLE: CLOSE_CODES.tryAgainLater,
  INTERNAL: CLOSE_CODES.tryAgainLater,
};

/** The close code that tells a client why it may not be connected, and so whether it may come back by itself. */
export function closeCodeOf(code: ErrorCode): number {
  return OTHER_REFUSALS[code] ?? CLOSE_CODES.tokenInvalid;
}
