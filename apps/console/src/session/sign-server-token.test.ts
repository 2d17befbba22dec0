import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SecretProblem, signServerToken } from './sign-server-token.js';
import { tokenClaims } from './token-claims.js';

const SECRET = 'a-secret-of-more-than-thirty-two-bytes';

beforeEach(() => {
  vi.stubGlobal('location', { origin: 'http://localhost:4600' });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('signs a server token of eight hours with the first secret, and names its kid', async () => {
  vi.useFakeTimers({ now: 1_800_000_000_000, toFake: ['Date'] });
  const token = await signServerToken(`new:${SECRET}, old:another-secret`);
  const [header = '', claims = '', signature] = token.split('.');
  expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({
    alg: 'HS256',
    typ: 'JWT',
    kid: 'new',
  });
  expect(tokenClaims(token)).toEqual({ server: true, iat: 1_800_000_000, exp: 1_800_028_800 });
  expect(signature).toBe(createHmac('sha256', SECRET).update(`${header}.${claims}`).digest('base64url'));
});

it('refuses a secret that is too short, without repeating it', async () => {
  const problem = await signServerToken('hunter2').catch((error: Error) => error);
  expect(problem).toBeInstanceOf(SecretProblem);
  expect((problem as Error).message).toContain('at least 32 bytes');
  expect((problem as Error).message).not.toContain('hunter2');
});

it('asks for a token where the browser signs nothing', async () => {
  vi.stubGlobal('crypto', {});
  await expect(signServerToken(SECRET)).rejects.toThrow('rollcall token --server');
});
