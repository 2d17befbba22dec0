import { judge, type Principal, type Users } from '@rollcall/core';
import { CLOSE_CODES, type ErrorCode, RollcallError } from '@rollcall/protocol';
import { type Authentication, callerKeyOf } from '@rollcall/router';
import type { Host } from '../host.js';
import { fault } from '../http/answer-error.js';
import type { Connection, ConnectionHandle } from './connections.js';

/** The result of an attempt to open a live connection. */
export interface Admission {
  authentication: Authentication;
  /** Absent when there is an error. */
  connection?: Connection;
}

/**
 * Opens a live connection for the bearer of a good token, unless the judge refuses it. It never throws: a refusal is part
 * of the answer.
 *
 * The connection is registered before its access is read. So the read sees every deactivation that commits before it, and
 * a deactivation that commits later finds the connection and closes it. There is no gap between the two.
 */
export async function admit(
  { connections, directory }: Pick<Host, 'connections' | 'directory'>,
  { authentication, address }: { authentication: Authentication; address: string },
  { handle, requestId }: { handle: ConnectionHandle; requestId: string },
): Promise<Admission> {
  if (authentication.error) return { authentication };
  let connection: Connection | undefined;
  try {
    const { principal } = authentication;
    connection = connections.open(principal, handle, callerKeyOf({ authentication, address }));
    const access = await directory.users.access(principal);
    const refusal = judge(principal, access, 'connection');
    if (refusal) throw refusal;
    // The token of a guest that somebody else signed does not say that it is a guest's.
    connections.countAs(connection, callerKeyOf({ authentication, address }, { role: access.user?.role }));
    connection.since = await directory.events.position();
    connections.announce(connection);
    return { authentication, connection };
  } catch (error) {
    if (connection) connections.end(connection);
    return { authentication: { error: error instanceof RollcallError ? error : fault(requestId, error) } };
  }
}

/** Why a principal may not be connected now; undefined when it may. */
export async function refusalOf(
  users: Pick<Users, 'access'>,
  principal: Principal,
): Promise<RollcallError | undefined> {
  return judge(principal, await users.access(principal), 'connection');
}

/** The close codes of refusals whose cause is not the token itself. */
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

/** The close code that tells a client why it is refused, and so whether it may reconnect by itself. */
export function closeCodeOf(code: ErrorCode): number {
  return OTHER_REFUSALS[code] ?? CLOSE_CODES.tokenInvalid;
}
