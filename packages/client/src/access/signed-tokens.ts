import { isUserId, RollcallError, type TokenClaims, USER_ID_RULE } from '@rollcall/protocol';
import { SignJWT } from 'jose';
import type { TokenSource } from './token-source.js';

const MIN_SECRET_BYTES = 32;

/** Signs tokens (JWT, HS256) with one secret. */
export interface SigningSecret {
  /** Times in the claims are seconds. */
  sign(claims: TokenClaims): Promise<string>;
}

/**
 * Reads a secret: `secret` or `kid:secret`. `ROLLCALL_SECRET` may hold several, joined by commas. The first one signs.
 * @throws RollcallError `INPUT_INVALID` for a secret of fewer than 32 bytes. The message never contains the secret.
 */
export function signingSecret(setting: string): SigningSecret {
  const first = setting.split(',')[0]?.trim() ?? '';
  const [, kid, secret = ''] = /^(?:([A-Za-z0-9_-]{1,64}):)?(.*)$/s.exec(first) ?? [];
  const key = new TextEncoder().encode(secret);
  if (key.length < MIN_SECRET_BYTES) {
    const message = `secret: a secret must have at least ${MIN_SECRET_BYTES} bytes; this one has ${key.length}`;
    throw new RollcallError('INPUT_INVALID', message, { field: 'secret' });
  }
  const header = { alg: 'HS256', typ: 'JWT', ...(kid !== undefined && { kid }) };
  return { sign: claims => new SignJWT({ ...claims }).setProtectedHeader(header).sign(key) };
}

const LIFETIME_S = 3_600;
/** A token is replaced this long before it expires, so that it does not expire while a call is on its way. */
const RENEW_BEFORE_S = 300;

/** Signs server tokens of one hour when they are needed, and a new one before the last one expires. */
export function serverTokens(secret: SigningSecret, now: () => number = Date.now): TokenSource {
  let token: Promise<string> | undefined;
  let renewAtS = 0;
  return {
    // A client that has the secret signs a new token, which earlier revocations do not reach.
    renews: code => code === 'TOKEN_EXPIRED' || code === 'TOKEN_REVOKED',
    current() {
      // In milliseconds: a token that replaces a revoked one must be younger than a revocation of the same second.
      const nowS = now() / 1000;
      if (token === undefined || nowS >= renewAtS) {
        renewAtS = nowS + LIFETIME_S - RENEW_BEFORE_S;
        token = secret.sign({ server: true, iat: nowS, exp: Math.floor(nowS) + LIFETIME_S });
      }
      return token;
    },
    // The clock may have been set back, for instance. The next token uses the time as it is now.
    expired() {
      token = undefined;
    },
  };
}

/** When a user token was issued and when it expires. */
export interface CreateTokenOptions {
  /** Seconds until it expires. Default: never. */
  expires_in?: number;
  /** When it was issued, in seconds since the epoch. Default: now. A revocation refuses the tokens issued before it. */
  iat?: number;
}

/**
 * Signs a token for one user. It sends nothing to the server. The user need not exist yet.
 * @throws RollcallError `INPUT_INVALID` for an id that no user can have, or for an invalid time.
 */
export async function signUserToken(
  secret: SigningSecret,
  userId: string,
  options: CreateTokenOptions = {},
): Promise<string> {
  if (!isUserId(userId)) throw invalid('user_id', USER_ID_RULE);
  const { expires_in: expiresInS, iat = Math.floor(Date.now() / 1000) } = options;
  if (!Number.isFinite(iat))
    throw invalid('iat', 'the time of issue must be a number of seconds since the epoch');
  if (expiresInS === undefined) return secret.sign({ user_id: userId, iat });
  if (!(Number.isFinite(expiresInS) && expiresInS > 0)) {
    throw invalid('expires_in', 'the lifetime of a token must be a number of seconds above 0');
  }
  return secret.sign({ user_id: userId, iat, exp: Math.floor(iat + expiresInS) });
}

function invalid(field: string, message: string): RollcallError {
  return new RollcallError('INPUT_INVALID', `${field}: ${message}`, { field });
}
