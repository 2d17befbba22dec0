import { type Grant, RollcallError } from '@rollcall/protocol';
import type { Principal } from './tokens.js';

/**
 * What a principal asks to be let in for.
 *
 * - `call`: one call or one subscription. The user must exist.
 * - `connection`: a live connection, a WebSocket or an event stream. The user need not exist yet, because its first call
 *   may create it. An anonymous principal is let in only if its role reads users: there is nothing else it could follow.
 * - `connect`: the call that creates the user or updates its own fields (`users.connect`). The user need not exist yet.
 */
export type Entrance = 'call' | 'connection' | 'connect';

/** What the judge knows of a principal, all of one moment. Times are epoch milliseconds. */
export interface Evidence {
  /** The stored user of the principal; absent when no such user is stored. */
  user?: { deleted_at?: number; deactivated_at?: number; revoke_tokens_issued_before?: number };
  /** Whether the user was erased: nothing of it is stored, and it never comes back. */
  erased: boolean;
  /** Tokens issued before this time are refused for the whole app; null: no token is. */
  revokedBefore: number | null;
  /** The grants of the principal's role. */
  grants: readonly Grant[];
}

/**
 * Decides whether the bearer of a valid token is let in. Calls, sockets and event streams all ask this one function.
 * @returns undefined when the principal is let in, otherwise the refusal: `TOKEN_REVOKED`, `USER_NOT_FOUND`,
 * `USER_DELETED`, `USER_DEACTIVATED` or `NOT_ALLOWED`.
 */
export function judge(
  principal: Principal,
  evidence: Evidence,
  entrance: Entrance,
): RollcallError | undefined {
  switch (principal.kind) {
    case 'anonymous':
      // A single call is judged by the grant that its procedure needs.
      if (entrance !== 'connection' || evidence.grants.includes('read-users')) return undefined;
      return new RollcallError('NOT_ALLOWED', 'the role "anonymous" lacks the grant read-users');
    case 'server':
      return revoked(principal.issuedAt, evidence.revokedBefore);
    case 'user':
      return revoked(principal.issuedAt, evidence.revokedBefore) ?? judgeUser(principal, evidence, entrance);
  }
}

/**
 * Refuses a token whose time is over. The check of a new token tolerates clocks that differ; a caller
 * who is already signed in gets no such tolerance.
 * @param now epoch milliseconds.
 * @returns undefined while the token is good, otherwise `TOKEN_EXPIRED`.
 */
export function judgeExpiry({ expiresAt }: Principal, now: number): RollcallError | undefined {
  if (expiresAt === undefined || expiresAt > now) return undefined;
  return new RollcallError('TOKEN_EXPIRED', 'the token has expired; get a fresh one');
}

function judgeUser(
  { userId, issuedAt }: Extract<Principal, { kind: 'user' }>,
  { user, erased }: Evidence,
  entrance: Entrance,
): RollcallError | undefined {
  if (!user) {
    // Only the call that names the user in its input can say which field is wrong.
    if (erased) return userDeleted(userId, entrance === 'connect' ? 'id' : undefined);
    if (entrance !== 'call') return undefined;
    return new RollcallError('USER_NOT_FOUND', `there is no user "${userId}"; connect first`);
  }
  if (user.deleted_at !== undefined) return userDeleted(userId, 'id');
  if (user.deactivated_at !== undefined) {
    return new RollcallError('USER_DEACTIVATED', `the user "${userId}" is deactivated`, { field: 'id' });
  }
  return revoked(issuedAt, user.revoke_tokens_issued_before);
}

function userDeleted(id: string, field: string | undefined): RollcallError {
  const place = field === undefined ? {} : { field };
  return new RollcallError('USER_DELETED', `the user "${id}" has been deleted`, place);
}

/** Refuses a token issued before a time. A token that does not say when it was issued counts as older. */
function revoked(issuedAt: number | undefined, before: number | null | undefined): RollcallError | undefined {
  if (before === undefined || before === null) return undefined;
  if (issuedAt !== undefined && issuedAt >= before) return undefined;
  return new RollcallError(
    'TOKEN_REVOKED',
    'the token was issued before tokens were revoked; get a fresh one',
  );
}
