/** Tokens, signed by the benchmark as a back end signs them for itself. */
import { createHmac } from 'node:crypto';

/** The secret of all servers of a benchmark. */
export const SECRET = 'a-secret-of-more-than-thirty-two-bytes-for-the-bench';

function sign(claims) {
  const part = value => Buffer.from(JSON.stringify(value)).toString('base64url');
  const issued = { ...claims, iat: Math.floor(Date.now() / 1000) };
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(issued)}`;
  return `${text}.${createHmac('sha256', SECRET).update(text).digest('base64url')}`;
}

/** A token that may do everything. */
export const serverToken = () => sign({ server: true });

/** A token of one user. */
export const userToken = userId => sign({ user_id: userId });
