import { hash } from 'node:crypto';
import { type Principal, type SigningKey, signToken, verifyToken } from '@rollcall/core';
import { ANONYMOUS_TOKEN, RollcallError } from '@rollcall/protocol';
import type { Authentication } from '@rollcall/router';

/** Says who a token speaks for. It does not throw: a bad token gives an answer with an error. */
export type Authenticate = (token: string | undefined) => Promise<Authentication>;

const MAX_REMEMBERED = 10_000;
const REMEMBERED_MS = 60_000;

/**
 * Makes the function that checks tokens. It remembers a good token by its digest, for at most a minute and never beyond
 * its expiry, and checks it again after that. Revocation is not checked here but at every call.
 * @param clock epoch milliseconds.
 */
export function createAuthenticate(keys: readonly SigningKey[], clock: () => number): Authenticate {
  const remembered = new Map<string, { principal: Principal; until: number }>();
  return async token => {
    if (!token) return { error: new RollcallError('TOKEN_MISSING', 'the call carries no token') };
    if (token === ANONYMOUS_TOKEN) return { principal: { kind: 'anonymous' } };
    const digest = hash('sha256', token, 'base64');
    const known = remembered.get(digest);
    if (known && clock() < known.until) return { principal: known.principal, tokenDigest: digest };
    remembered.delete(digest);
    try {
      const principal = await verifyToken(keys, token, clock());
      const until = Math.min(clock() + REMEMBERED_MS, principal.expiresAt ?? Number.POSITIVE_INFINITY);
      if (clock() < until) remember(remembered, digest, { principal, until });
      return { principal, tokenDigest: digest };
    } catch (error) {
      if (error instanceof RollcallError) return { error };
      throw error;
    }
  };
}

/** The token of an `Authorization: Bearer …` header (RFC 6750, section 2.1); undefined when the header has no token. */
export function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1];
}

/** The oldest entry makes room: a map keeps its keys in the order in which they were added. */
function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  for (const oldest of map.keys()) {
    if (map.size < MAX_REMEMBERED) break;
    map.delete(oldest);
  }
  map.set(key, value);
}

const GUEST_TOKEN_S = 24 * 60 * 60;

/**
 * Signs the token of a guest, valid for 24 hours. Its time of issue has milliseconds, so that the token counts as issued
 * after a revocation of the same second. It says that it is a guest's, so that its calls count by address before anything
 * is read for them.
 * @param now epoch milliseconds.
 */
export function signGuestToken(keys: readonly SigningKey[], userId: string, now: number): Promise<string> {
  const iat = now / 1000;
  return signToken(keys, { user_id: userId, guest: true, iat, exp: Math.floor(iat) + GUEST_TOKEN_S });
}
