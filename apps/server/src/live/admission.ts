import { judge, type Principal, type Users } from '@rollcall/core';
import { CLOSE_CODES, type ErrorCode, RollcallError } from '@rollcall/protocol';
import type { Authentication } from '@rollcall/router';
import type { Host } from '../host.js';
import { fault } from '../http/answer-error.js';
import type { Connection, ConnectionHandle } from './connections.js';

/** What became of somebody who wants to stay connected. */
export interface Admission {
  authentication: Authentication;
  /** Absent when there is an error. */
  connection?: Connection;
}

/**
 * Lets the bearer of a good token stay connected, unless the user may not be. It never throws: what stands in the way is
 * part of the answer.
 *
 * The connection is registered before the user is looked up. So a deactivation that commits before the look is seen by
 * it, and one that commits after it finds the connection to close; there is no moment between.
 */
export async function admit(
  { connections, directory }: Pick<Host, 'connections' | 'directory'>,
  authentication: Authentication,
  { handle, requestId }: { handle: ConnectionHandle; requestId: string },
): Promise<Admission> {
  if (authentication.error) return { authentication };
  let connection: Connection | undefined;
  try {
    connection = connections.open(authentication.principal, handle);
    const refusal = await refusalOf(directory.users, authentication.principal);
    if (refusal) throw refusal;
    connection.since = await directory.events.position();
    connections.announce(connection);
    return { authentication, connection };
  } catch (error) {
    if (connection) connections.end(connection);
    return { authentication: { error: error instanceof RollcallError ? error : fault(requestId, error) } };
  }
}

/** Why a principal may not stay connected, judged by what is stored now; undefined when nothing stands in the way. */
export async function refusalOf(
  users: Pick<Users, 'access'>,
  principal: Principal,
): Promise<RollcallError | undefined> {
  return judge(principal, await users.access(principal), 'connection');
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
