import { RollcallError, type TokenClaims } from '@rollcall/protocol';
import { SignJWT } from 'jose';

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
