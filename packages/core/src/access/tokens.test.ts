import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { parseSigningKeys, type SigningKey, signToken, verifyToken } from './tokens.js';

const SECRET = 'a-secret-of-more-than-thirty-two-bytes';
const OTHER = 'another-secret-of-more-than-thirty-two-bytes';
const keys = parseSigningKeys(`new:${SECRET},old:${OTHER}`);
const NOW = Date.parse('2026-01-01T00:00:00Z');
const now = NOW / 1000;

/** A token made by hand, right or wrong. */
function token(
  claims: Record<string, unknown>,
  { alg = 'HS256', kid = 'new', secret = SECRET }: { alg?: string; kid?: string; secret?: string } = {},
): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg, kid }).sign(new TextEncoder().encode(secret));
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a token', () => {
  it('that was signed here speaks for its user, or for the server', async () => {
    expect(
      await verifyToken(keys, await signToken(keys, { user_id: 'jane', iat: now, exp: now + 60 }), NOW),
    ).toEqual({
      kind: 'user',
      userId: 'jane',
      issuedAt: NOW,
      expiresAt: NOW + 60_000,
    });
    expect(await verifyToken(keys, await signToken(keys, { server: true }), NOW)).toEqual({ kind: 'server' });
  });

  it('of a server says whether it may only read, and no token of a user says it', async () => {
    const reader = await signToken(keys, { server: true, read_only: true });
    expect(await verifyToken(keys, reader, NOW)).toEqual({ kind: 'server', readOnly: true });
    for (const claims of [
      { user_id: 'jane', read_only: true },
      { server: true, read_only: 'true' },
      { server: true, read_only: false },
    ]) {
      await expect(verifyToken(keys, await token(claims), NOW)).rejects.toMatchObject({
        code: 'TOKEN_INVALID',
      });
    }
  });

  it('is accepted with any secret of a rotation, and refused once its secret has left', async () => {
    const old = await token({ user_id: 'jane' }, { kid: 'old', secret: OTHER });
    expect(await verifyToken(keys, old, NOW)).toMatchObject({ userId: 'jane' });
    await expect(verifyToken(keys.slice(0, 1), old, NOW)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
  });

  it('that has expired, or is not valid yet, says so', async () => {
    const expired = await token({ user_id: 'jane', exp: now - 31 });
    await expect(verifyToken(keys, expired, NOW)).rejects.toMatchObject({
      code: 'TOKEN_EXPIRED',
      unrecoverable: false,
    });
    for (const claims of [{ nbf: now + 31 }, { iat: now + 31 }]) {
      const early = await token({ user_id: 'jane', ...claims });
      await expect(verifyToken(keys, early, NOW)).rejects.toMatchObject({ code: 'TOKEN_NOT_YET_VALID' });
    }
  });

  it('may come from a clock that is half a minute off', async () => {
    for (const claims of [{ exp: now - 29 }, { nbf: now + 29 }, { iat: now + 29 }]) {
      expect(await verifyToken(keys, await token({ user_id: 'jane', ...claims }), NOW)).toMatchObject({
        kind: 'user',
      });
    }
  });

  it.each<[string, () => Promise<string> | string]>([
    ['that is empty', () => ''],
    ['that is no token', () => 'nonsense'],
    ['without a signature', () => `${part({ alg: 'none' })}.${part({ user_id: 'jane' })}.`],
    [
      'with another algorithm of the same family',
      () => token({ user_id: 'jane' }, { alg: 'HS512', secret: `${SECRET}${SECRET}` }),
    ],
    ['signed with another secret', () => token({ user_id: 'jane' }, { secret: OTHER })],
    ['with a kid that nobody has', () => token({ user_id: 'jane' }, { kid: 'ghost' })],
    ['with a kid that is a path', () => token({ user_id: 'jane' }, { kid: '../../dev/null' })],
    ['that speaks for nobody', () => token({})],
    ['that speaks for a user and the server', () => token({ user_id: 'jane', server: true })],
    ['whose server claim is a text', () => token({ server: 'true' })],
    ['whose user id is not an id', () => token({ user_id: 'not an id' })],
    ['whose user id is a number', () => token({ user_id: 7 })],
    ['whose signature was cut', async () => (await token({ user_id: 'jane' })).slice(0, -3)],
    [
      'whose claims were changed',
      async () => {
        const [header, , signature] = (await token({ user_id: 'jane' })).split('.');
        return `${header}.${part({ user_id: 'john' })}.${signature}`;
      },
    ],
    ['of more than 8 KiB', () => token({ user_id: 'jane', filler: 'x'.repeat(9000) })],
  ])('%s is refused with one and the same error', async (_, make) => {
    await expect(verifyToken(keys, await make(), NOW)).rejects.toMatchObject({
      code: 'TOKEN_INVALID',
      message: expect.stringContaining('not valid here'),
    });
  });
});

describe('signing keys', () => {
  const accepted = (setting: string) => parseSigningKeys(setting).map((key: SigningKey) => key.kid);

  it('are one secret, or several with names', () => {
    expect(accepted(SECRET)).toEqual([undefined]);
    expect(accepted(`a:${SECRET}, b:${OTHER}`)).toEqual(['a', 'b']);
  });

  it.each(['', 'short', 'kid:short', `a:${SECRET},a:${OTHER}`, `${SECRET},${OTHER}`])(
    'are not %j',
    setting => {
      expect(() => parseSigningKeys(setting)).toThrow(/ROLLCALL_SECRET/);
    },
  );

  it('are never repeated by their errors', () => {
    expect(() => parseSigningKeys('too-short-but-secret')).not.toThrow(/too-short-but-secret/);
  });
});
