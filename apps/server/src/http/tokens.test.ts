import { parseSigningKeys, signToken } from '@rollcall/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Authenticate, bearerToken, createAuthenticate } from './tokens.js';

const keys = parseSigningKeys('now:0123456789-0123456789-0123456789');
const NOW = Date.UTC(2026, 0, 1);
const NOW_SECONDS = NOW / 1000;

let now: number;
let authenticate: Authenticate;

beforeEach(() => {
  now = NOW;
  authenticate = createAuthenticate(keys, () => now);
});

describe('authenticate', () => {
  it('says who a good token speaks for', async () => {
    const token = await signToken(keys, { user_id: 'jane', iat: NOW_SECONDS, exp: NOW_SECONDS + 60 });
    const principal = { kind: 'user', userId: 'jane', issuedAt: NOW, expiresAt: NOW + 60_000 };
    const tokenDigest = expect.any(String);
    expect(await authenticate(token)).toEqual({ principal, tokenDigest });
    expect(await authenticate(token)).toEqual({ principal, tokenDigest });
  });

  it.each([
    [undefined, 'TOKEN_MISSING'],
    ['', 'TOKEN_MISSING'],
    ['rubbish', 'TOKEN_INVALID'],
    ['x'.repeat(100_000), 'TOKEN_INVALID'],
  ])('answers with an error, and throws nothing, for a text that is not a token', async (token, code) => {
    expect(await authenticate(token)).toMatchObject({ error: { code } });
  });

  it('refuses a token that differs in one letter from a good one', async () => {
    const token = await signToken(keys, { server: true });
    await authenticate(token);
    const forged = token.slice(0, -2) + (token.at(-2) === 'A' ? 'B' : 'A') + token.at(-1);
    expect(await authenticate(forged)).toMatchObject({ error: { code: 'TOKEN_INVALID' } });
  });

  it('does not remember a token beyond its expiry', async () => {
    const token = await signToken(keys, { server: true, exp: NOW_SECONDS + 10 });
    await authenticate(token);
    now += 45_000;
    expect(await authenticate(token)).toMatchObject({ error: { code: 'TOKEN_EXPIRED' } });
  });

  it('takes a token again that was not valid yet', async () => {
    const token = await signToken(keys, { server: true, nbf: NOW_SECONDS + 120 });
    expect(await authenticate(token)).toMatchObject({ error: { code: 'TOKEN_NOT_YET_VALID' } });
    now += 120_000;
    expect(await authenticate(token)).toMatchObject({ principal: { kind: 'server' } });
  });
});

describe('bearerToken', () => {
  it.each([
    ['Bearer abc.def.ghi', 'abc.def.ghi'],
    ['bearer  abc ', 'abc'],
    ['Basic abc', undefined],
    ['Bearer', undefined],
    ['Bearer ', undefined],
    ['Bearer a b', undefined],
    ['xBearer abc', undefined],
    [undefined, undefined],
  ])('reads "%s" as %s', (header, token) => {
    expect(bearerToken(header)).toBe(token);
  });
});
