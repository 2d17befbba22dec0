import { RollcallError } from '@rollcall/protocol';
import { isUserId, USER_ID_RULE } from '../users/user-id.js';
import type { SigningSecret } from './signed-tokens.js';

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
