import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './test-server.js';
import { connect, watchEvents } from './test-socket.js';

const SECRET = 'a-secret-of-more-than-thirty-two-bytes';
const OLD = 'an-older-secret-of-more-than-thirty-two-bytes';
const FOREIGN = 'a-foreign-secret-of-more-than-thirty-two-bytes';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    ROLLCALL_SECRET: `new:${SECRET},old:${OLD}`,
    ROLLCALL_CLIENT_CALLS_PER_MINUTE: '1000',
  });
});
afterAll(() => server.close());

const seconds = () => Math.floor(Date.now() / 1000);
const encode = (part: unknown) =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');

/** A token in every detail as its maker wants it; header and claims may be JSON text. */
function forge(
  claims: unknown,
  { header, secret = SECRET, hash = 'sha256' }: { header?: unknown; secret?: string; hash?: string } = {},
): string {
  const signed = `${encode(header ?? { alg: 'HS256', kid: 'new' })}.${encode(claims)}`;
  return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`;
}

const server_ = { server: true };
const headed = (header: object) => forge(server_, { header: { alg: 'HS256', kid: 'new', ...header } });
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

function signedWithRsa(): string {
  const signed = `${encode({ alg: 'RS256', kid: 'new' })}.${encode(server_)}`;
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`;
}

const good = forge(server_);
const [goodHeader, goodClaims, goodSignature] = good.split('.') as [string, string, string];

/** One row for everything that has ever passed for a token somewhere. */
const BAD_TOKENS: Record<string, string> = {
  'that is no token': 'nonsense',
  'of two parts': `${goodHeader}.${goodClaims}`,
  'of four parts': `${good}.x`,
  'of empty parts': '..',
  'without a signature': `${goodHeader}.${goodClaims}.`,
  'with the algorithm none': `${encode({ alg: 'none' })}.${goodClaims}.`,
  'with the algorithm NONE, signed': forge(server_, { header: { alg: 'NONE' } }),
  'without an algorithm': forge(server_, { header: { kid: 'new' } }),
  'with HS384': forge(server_, { header: { alg: 'HS384', kid: 'new' }, hash: 'sha384' }),
  'with HS512': forge(server_, { header: { alg: 'HS512', kid: 'new' }, hash: 'sha512' }),
  'with RS256': signedWithRsa(),
  'whose secret is a public key': forge(server_, {
    secret: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  }),
  'signed with a foreign secret': forge(server_, { secret: FOREIGN }),
  'signed with no secret': forge(server_, { secret: '' }),
  'signed with the secret of another kid': forge(server_, { secret: OLD }),
  'with a kid that nobody has': headed({ kid: 'ghost' }),
  'with a kid that is a path': headed({ kid: '../../dev/null' }),
  'with a kid that is a statement': headed({ kid: "new' OR '1'='1" }),
  'with a kid that is an array': headed({ kid: ['new'] }),
  'with a kid of a prototype': headed({ kid: '__proto__' }),
  'that brings its own key': forge(server_, {
    header: { alg: 'HS256', jwk: { kty: 'oct', k: encode(FOREIGN) }, jku: 'https://evil.test/keys' },
    secret: FOREIGN,
  }),
  'with an extension that is critical': headed({ crit: ['exp'], exp: 1 }),
  'with a header that is no JSON': `${encode('{')}.${goodClaims}.${goodSignature}`,
  'with claims that are no JSON': forge('{'),
  'with claims that are an array': forge([]),
  'with claims that are a text': forge('"server"'),
  'whose signature was cut': good.slice(0, -4),
  'whose claims were changed': `${goodHeader}.${encode({ user_id: 'admin' })}.${goodSignature}`,
  'in plain base64': `${Buffer.from(JSON.stringify({ alg: 'HS256', kid: 'new' })).toString('base64')}==.${goodClaims}.${goodSignature}`,
  'that speaks for nobody': forge({}),
  'that speaks for a user and the server': forge({ user_id: 'jane', server: true }),
  'whose server claim is a text': forge({ server: 'true' }),
  'whose server claim is 1': forge({ server: 1 }),
  'of a user that may only read': forge({ user_id: 'jane', read_only: true }),
  'of a user that says it may not only read': forge({ user_id: 'jane', read_only: false }),
  'whose read-only claim is a text': forge({ server: true, read_only: 'true' }),
  'whose read-only claim is false': forge({ server: true, read_only: false }),
  'whose read-only claim is nothing': forge({ server: true, read_only: null }),
  'that may only read, for nobody': forge({ read_only: true }),
  'whose user id is a number': forge({ user_id: 7 }),
  'whose user id is an array': forge({ user_id: ['jane'] }),
  'whose user id is not an id': forge({ user_id: 'a b' }),
  'whose expiry is a text': forge({ server: true, exp: '9999999999' }),
  'whose expiry is nothing': forge({ server: true, exp: null }),
  'whose time of issue is a text': forge({ server: true, iat: 'now' }),
  'of more than 8 KiB': forge({ server: true, filler: 'x'.repeat(9000) }),
};

async function answerTo(token: string): Promise<{ status: number; body: string }> {
  const answer = await fetch(`${server.url}/trpc/roles.list`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return { status: answer.status, body: await answer.text() };
}

describe('a token', () => {
  it('made the same way and good is accepted, so that this table shows what it means to', async () => {
    expect((await answerTo(good)).status).toBe(200);
    expect((await answerTo(forge(server_, { header: { alg: 'HS256' } }))).status).toBe(200);
    expect((await answerTo(headed({ typ: 'JWT' }))).status).toBe(200);
  });

  it.each(Object.entries(BAD_TOKENS))('%s is answered with the same 401 as every other', async (_, token) => {
    const rubbish = await answerTo('rubbish');
    expect(JSON.parse(rubbish.body)).toMatchObject({ error: { data: { code: 'TOKEN_INVALID' } } });
    expect(await answerTo(token)).toEqual({ status: 401, body: rubbish.body });
  });

  it('that is bad opens no live connection either, however it is bad', async () => {
    const answers = Object.values(BAD_TOKENS)
      .slice(0, 12)
      .map(async token => {
        const client = await connect(server.url, { token });
        client.send(watchEvents(1));
        const { error } = (await client.next()) as { error: unknown };
        return { error: JSON.stringify(error), code: (await client.closed).code };
      });
    const seen = new Set((await Promise.all(answers)).map(answer => JSON.stringify(answer)));
    expect(seen.size).toBe(1);
    expect([...seen][0]).toMatch(/TOKEN_INVALID.*4400/);
  });

  it('says that its time is over, or has not come, only when its signature is good', async () => {
    const codeOf = async (token: string) =>
      (JSON.parse((await answerTo(token)).body) as { error: { data: { code: string } } }).error.data.code;
    const past = { server: true, exp: seconds() - 100 };
    const future = { server: true, nbf: seconds() + 100 };
    expect(await codeOf(forge(past))).toBe('TOKEN_EXPIRED');
    expect(await codeOf(forge(future))).toBe('TOKEN_NOT_YET_VALID');
    expect(await codeOf(forge({ server: true, iat: seconds() + 100 }))).toBe('TOKEN_NOT_YET_VALID');
    for (const claims of [past, future]) {
      expect(await codeOf(forge(claims, { secret: FOREIGN }))).toBe('TOKEN_INVALID');
    }
  });
});

describe('a rotation of secrets', () => {
  const acceptedWith = async (setting: string, tokens: string[]) => {
    const rotated = await startTestServer({ ROLLCALL_SECRET: setting });
    try {
      return await Promise.all(
        tokens.map(async token => {
          const headers = { authorization: `Bearer ${token}` };
          return (await fetch(`${rotated.url}/trpc/roles.list`, { headers })).status;
        }),
      );
    } finally {
      await rotated.close();
    }
  };

  it('takes the tokens of both secrets while both are listed, and those of the old one no longer after', async () => {
    const before = forge(server_, { header: { alg: 'HS256', kid: 'old' }, secret: OLD });
    const after = forge(server_);
    expect(await acceptedWith(`old:${OLD}`, [before, after])).toEqual([200, 401]);
    expect(await acceptedWith(`new:${SECRET},old:${OLD}`, [before, after])).toEqual([200, 200]);
    expect(await acceptedWith(`new:${SECRET}`, [before, after])).toEqual([401, 200]);
  });
});
