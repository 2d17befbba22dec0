import { RollcallError, type TokenClaims } from '@rollcall/protocol';
import { SignJWT } from 'jose';
import { refusalOf } from '../check/checked-methods.js';
import { type Kind, kindOf, optional } from '../check/kind.js';
import { flag, userId } from '../check/kinds.js';
import { shape } from '../check/shape.js';
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

/** What a server token may do, and for how long. */
export interface CreateServerTokenOptions {
  /** Seconds until it expires. Default: an hour. */
  expires_in?: number;
  /** It reads everything and changes nothing. Default: false. */
  read_only?: boolean;
}

/** Ten years. More is no number of seconds, but a time of expiry, or milliseconds. */
const MAX_LIFETIME_S = 315_360_000;
/** More seconds than this would lie beyond the year 5000: it is a number of milliseconds. */
const MAX_TIME_S = 1e11;

const EXPIRES_IN: Kind<number> = kindOf(
  `a number of seconds above 0 and up to ${MAX_LIFETIME_S}, from the time of issue`,
  value => isNumber(value) && value > 0 && value <= MAX_LIFETIME_S,
);

const IAT: Kind<number> = kindOf(
  'a time in seconds, not milliseconds, since the epoch',
  value => isNumber(value) && value >= 0 && value < MAX_TIME_S,
);

/** What `createToken` takes. A token whose options are not understood would be valid for ever. */
export const CREATE_TOKEN_ARGUMENTS = [
  ['user_id', userId],
  ['options', optional(shape<CreateTokenOptions>({ expires_in: optional(EXPIRES_IN), iat: optional(IAT) }))],
] as const;

/** What `createServerToken` takes. */
export const CREATE_SERVER_TOKEN_ARGUMENTS = [
  [
    'options',
    optional(
      shape<CreateServerTokenOptions>({ expires_in: optional(EXPIRES_IN), read_only: optional(flag) }),
    ),
  ],
] as const;

function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

/**
 * Signs a token for one user. It sends nothing to the server. The user need not exist yet.
 * @throws RollcallError `INPUT_INVALID` for an id that no user can have, or for an invalid time.
 */
export async function signUserToken(
  secret: SigningSecret,
  user_id: string,
  options: CreateTokenOptions = {},
): Promise<string> {
  const refusal = refusalOf('createToken', CREATE_TOKEN_ARGUMENTS, [user_id, options]);
  if (refusal) throw refusal;
  const { expires_in: expiresInS, iat = Math.floor(Date.now() / 1000) } = options;
  if (expiresInS === undefined) return secret.sign({ user_id, iat });
  return secret.sign({ user_id, iat, exp: Math.floor(iat + expiresInS) });
}

/**
 * Signs a server token. It sends nothing to the server.
 * @throws RollcallError `INPUT_INVALID` for options that are not understood.
 */
export async function signServerToken(
  secret: SigningSecret,
  options: CreateServerTokenOptions = {},
): Promise<string> {
  const refusal = refusalOf('createServerToken', CREATE_SERVER_TOKEN_ARGUMENTS, [options]);
  if (refusal) throw refusal;
  const { expires_in: expiresInS = LIFETIME_S, read_only } = options;
  // In milliseconds: a revocation of the same second does not reach a token that is signed after it.
  const iat = Date.now() / 1000;
  return secret.sign({
    server: true,
    ...(read_only && { read_only }),
    iat,
    exp: Math.floor(iat + expiresInS),
  });
}
