const MIN_SECRET_BYTES = 32;
const LIFETIME_S = 8 * 60 * 60;

/** Why no token could be made of a secret, in words for the person who typed it. */
export class SecretProblem extends Error {}

/**
 * Makes a server token of eight hours out of the server's secret, in this browser. The secret goes nowhere and is kept nowhere.
 * @param setting as `ROLLCALL_SECRET` holds it: `secret`, `kid:secret`, or several with commas between; the first one signs.
 * @throws SecretProblem where the browser cannot sign, and for a secret that is too short.
 */
export async function signServerToken(setting: string, nowMs = Date.now()): Promise<string> {
  // Browsers sign on https and on localhost only.
  if (!globalThis.crypto?.subtle) {
    throw new SecretProblem(
      'This page came over plain http, where a browser signs nothing. Make a token on the server with "rollcall token --server", and paste it here.',
    );
  }
  const first = setting.split(',')[0]?.trim() ?? '';
  const [, kid, secret = ''] = /^(?:([A-Za-z0-9_-]{1,64}):)?(.*)$/s.exec(first) ?? [];
  const bytes = new TextEncoder().encode(secret);
  if (bytes.length < MIN_SECRET_BYTES) {
    throw new SecretProblem(
      `This is neither a token nor a secret: a secret has at least ${MIN_SECRET_BYTES} bytes, and this has ${bytes.length}.`,
    );
  }
  // In milliseconds: a revocation of the same second does not reach a token that is signed after it.
  const iat = nowMs / 1000;
  const header = { alg: 'HS256', typ: 'JWT', ...(kid !== undefined && { kid }) };
  const claims = { server: true, iat, exp: Math.floor(iat) + LIFETIME_S };
  const signed = [header, claims]
    .map(part => base64url(new TextEncoder().encode(JSON.stringify(part))))
    .join('.');
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', bytes, algorithm, false, ['sign']);
  const signature = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(signed));
  return `${signed}.${base64url(new Uint8Array(signature))}`;
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '');
}
