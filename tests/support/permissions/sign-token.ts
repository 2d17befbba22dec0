import { SignJWT } from 'jose';
import { SECRET } from '../processes/server-process.js';

/** A token that was issued a minute ago, so that a revocation up to now is about it. */
export function signToken(claims: Record<string, unknown>): Promise<string> {
  const [kid = '', secret] = SECRET.split(':');
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', kid })
    .setIssuedAt(Math.floor(Date.now() / 1000) - 60)
    .sign(new TextEncoder().encode(secret));
}
