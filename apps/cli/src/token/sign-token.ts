import { createHmac } from 'node:crypto';
import { RollcallError, type TokenClaims } from '@rollcall/protocol';

const MIN_SECRET_BYTES = 32;

/**
 * Signs a token (JWT, HS256) with a secret as `ROLLCALL_SECRET` holds it: `secret`, or `kid:secret`, and of several pairs
 * with commas between them the first.
 * @throws RollcallError `INPUT_INVALID` for a secret of fewer than 32 bytes. The message never repeats a secret.
 */
export function signToken(secretSetting: string, claims: TokenClaims): string {
  const first = secretSetting.split(',')[0]?.trim() ?? '';
  const [, kid, secret = ''] = /^(?:([A-Za-z0-9_-]{1,64}):)?(.*)$/s.exec(first) ?? [];
  if (Buffer.byteLength(secret) < MIN_SECRET_BYTES) {
    throw new RollcallError('INPUT_INVALID', `secret: a secret has at least ${MIN_SECRET_BYTES} bytes`, {
      field: 'secret',
    });
  }
  const header = { alg: 'HS256', typ: 'JWT', ...(kid !== undefined && { kid }) };
  const signed = [header, claims]
    .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}
