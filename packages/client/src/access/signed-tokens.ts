import { RollcallError, type TokenClaims } from '@rollcall/protocol';
import { SignJWT } from 'jose';
import { isUserId, USER_ID_RULE } from '../users/users.js';
import type { TokenSource } from './token-source.js';

const MIN_SECRET_BYTES = 32;

/** Signs tokens (JWT, HS256) with one secret. */
export interface SigningSecret {
  /** Times in the claims are seconds. */
  sign(claims: TokenClaims): Promise<string>;
}

/**
 * Reads a secret, `secret` or `kid:secret`; of several pairs joined by commas, as `ROLLCALL_SECRET` may hold them, the
 * first one signs.
 * @throws RollcallError `INPUT_INVALID` for a secret of fewer than 32 bytes. The message never repeats a secret.
 */
export function signingSecret(setting: string): SigningSecret {
  const first = setting.split(',')[0]?.trim() ?? '';
  const [, kid, secret = ''] = /^(?:([A-Za-z0-9_-]{1,64}):)?(.*)$/s.exec(first) ?? [];
  const key = new TextEncoder().encode(secret);
  if (key.length < MIN_SECRET_BYTES) {
    const message = `secret: a secret has at least ${MIN_SECRET_BYTES} bytes; this one has ${key.length}`;
    throw new RollcallError('INPUT_INVALID', message, { field: 'secret' });
  }
  const header = { alg: 'HS256', typ: 'JWT', ...(kid !== undefined && { kid }) };
  return { sign: claims => new SignJWT({ ...claims }).setProtectedHeader(header).sign(key) };
}

const LIFETIME_S = 3_600;
/** A token is replaced this long before it ends, so that no call leaves with one that ends on its way. */
const RENEW_BEFORE_S = 300;

/** Server tokens of one hour, signed when they are needed and signed afresh before they expire. */
export function serverTokens(secret: SigningSecret, now: () => number = Date.now): TokenSource {
  let token: Promise<string> | undefined;
  let renewAtS = 0;
  return {
    // Who has the secret signs a token that no revocation before it reaches.
    renews: code => code === 'TOKEN_EXPIRED' || code === 'TOKEN_REVOKED',
    current() {
      // To the millisecond: a token that replaces a revoked one is younger than the revocation of the same second.
      const nowS = now() / 1000;
      if (token === undefined || nowS >= renewAtS) {
        renewAtS = nowS + LIFETIME_S - RENEW_BEFORE_S;
        token = secret.sign({ server: true, iat: nowS, exp: Math.floor(nowS) + LIFETIME_S });
      }
      return token;
    },
    // A clock that was set back, for instance: the next token is signed by the time that holds now.
    expired() {
      token = undefined;
    },
  };
}

/** When a user token begins and ends. */
export interface CreateTokenOptions {
  /** Seconds until it expires; default never. */
  expires_in?: number;
  /** When it was issued, seconds since the epoch; default now. A revocation refuses tokens issued before it. */
  iat?: number;
}

/**
 * Signs a token for one user. Nothing is sent to the server, and the user need not exist yet.
 * @throws RollcallError `INPUT_INVALID` for an id that no user can have, or a time that is none.
 */
export async function signUserToken(
  secret: SigningSecret,
  userId: string,
  options: CreateTokenOptions = {},
): Promise<string> {
  if (!isUserId(userId)) throw invalid('user_id', USER_ID_RULE);
  const { expires_in: expiresInS, iat = Math.floor(Date.now() / 1000) } = options;
  if (!Number.isFinite(iat)) throw invalid('iat', 'a time of issue is a number of seconds since the epoch');
  if (expiresInS === undefined) return secret.sign({ user_id: userId, iat });
  if (!(Number.isFinite(expiresInS) && expiresInS > 0)) {
    throw invalid('expires_in', 'the life of a token is a number of seconds above 0');
  }
  return secret.sign({ user_id: userId, iat, exp: Math.floor(iat + expiresInS) });
}

function invalid(field: string, message: string): RollcallError {
  return new RollcallError('INPUT_INVALID', `${field}: ${message}`, { field });
}
