import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { serverTokens, signingSecret, signServerToken, signUserToken } from './signed-tokens.js';

const PLAIN = 'a-secret-of-more-than-thirty-two-bytes';
const key = new TextEncoder().encode(PLAIN);

describe('a secret', () => {
  it.each([
    ['plain', PLAIN, undefined],
    ['named', `k2:${PLAIN}`, 'k2'],
    ['the first of several', `k2:${PLAIN},k1:another-secret-of-more-than-32-bytes`, 'k2'],
  ])('that is %s signs with HS256 and names its key', async (_, setting, kid) => {
    const token = await signingSecret(setting).sign({ server: true });
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'HS256', typ: 'JWT', ...(kid && { kid }) });
    expect((await jwtVerify(token, key)).payload).toEqual({ server: true });
  });

  it.each(['short', `k1:${'x'.repeat(31)}`, ''])(
    'that is too short is refused without being repeated',
    setting => {
      expect(() => signingSecret(setting)).toThrow(
        expect.objectContaining({ code: 'INPUT_INVALID', field: 'secret' }),
      );
      expect(() => signingSecret('short-secret')).not.toThrow(/short-secret/);
    },
  );
});

describe('server tokens', () => {
  it('last an hour, are kept, and are replaced before they end', async () => {
    let nowMs = 1_800_000_000_500;
    const tokens = serverTokens(signingSecret(PLAIN), () => nowMs);
    const first = await tokens.current();
    expect(decodeJwt(first)).toEqual({ server: true, iat: 1_800_000_000.5, exp: 1_800_003_600 });
    nowMs += 54 * 60_000;
    expect(await tokens.current()).toBe(first);
    nowMs += 2 * 60_000;
    expect(decodeJwt(await tokens.current()).exp).toBe(1_800_000_000 + 56 * 60 + 3600);
  });

  it('are signed afresh when the server calls one expired', async () => {
    let nowMs = 1_800_000_000_000;
    const tokens = serverTokens(signingSecret(PLAIN), () => nowMs);
    const first = await tokens.current();
    nowMs += 1000;
    tokens.expired(first);
    expect(await tokens.current()).not.toBe(first);
  });
});

describe('a user token', () => {
  const secret = signingSecret(PLAIN);

  it('names the user and when it was issued, and does not expire by itself', async () => {
    const before = Math.floor(Date.now() / 1000);
    const claims = decodeJwt(await signUserToken(secret, 'jane'));
    expect(Object.keys(claims).sort()).toEqual(['iat', 'user_id']);
    expect(claims.user_id).toBe('jane');
    expect(claims.iat).toBeGreaterThanOrEqual(before);
  });

  it('expires so many seconds after it was issued', async () => {
    const token = await signUserToken(secret, 'jane', { expires_in: 60, iat: 1000 });
    expect(decodeJwt(token)).toEqual({ user_id: 'jane', iat: 1000, exp: 1060 });
  });

  it.each([
    ['an invalid id', 'no spaces', {}, 'user_id'],
    ['a lifetime of 0', 'jane', { expires_in: 0 }, 'expires_in'],
    ['an invalid time', 'jane', { iat: Number.NaN }, 'iat'],
  ])('is refused for %s', async (_, userId, options, field) => {
    await expect(signUserToken(secret, userId, options)).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      field,
    });
  });

  it.each([
    ['a time of expiry', 1_800_000_000],
    ['a duration', '1h'],
    ['nothing', null],
  ])('is refused for %s in place of the options, for it would be valid for ever', async (_, options) => {
    await expect(signUserToken(secret, 'jane', options as unknown as object)).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      field: 'options',
      message: `options: must be an object { expires_in?, iat? }, not ${JSON.stringify(options)} (createToken)`,
    });
  });
});

describe('a server token for somebody else', () => {
  const secret = signingSecret(PLAIN);

  it('ends in an hour unless another time is given, and may do everything unless it may only read', async () => {
    const nowS = Date.now() / 1000;
    const claims = decodeJwt(await signServerToken(secret));
    expect(Object.keys(claims).sort()).toEqual(['exp', 'iat', 'server']);
    expect(claims.server).toBe(true);
    expect(claims.exp).toBeGreaterThanOrEqual(Math.floor(nowS + 3600));
    const reader = decodeJwt(await signServerToken(secret, { expires_in: 60, read_only: true }));
    expect(reader).toMatchObject({ server: true, read_only: true });
    expect(reader.exp).toBe(Math.floor((reader.iat ?? 0) + 60));
    expect(decodeJwt(await signServerToken(secret, { read_only: false }))).not.toHaveProperty('read_only');
  });

  it.each([
    { readOnly: true },
    { read_only: 'yes' },
    { read_only: 1 },
    { expires_in: 0 },
    { expires_in: '1h' },
  ])('is not signed with options that are not understood: %j', async options => {
    await expect(signServerToken(secret, options as object)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });
});
