/** What must never be seen again once it has come in: looked for in the whole log, and in every answer. */
import { appRouter } from '@rollcall/router';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SECRET, startTestServer, type TestServer, tokenOf } from './test-server.js';
import { connect } from './test-socket.js';

const FORGED = 'eyJhbGciOiJIUzI1NiJ9.eyJjYW5hcnkiOiJmb3JnZWQifQ.canary-forged-signature';
const PERSONAL = 'canary-personal-data';
const IN_URL = 'canary-in-the-url';

const PROCEDURES = Object.entries(
  (appRouter._def as unknown as { procedures: Record<string, { _def: { type: string } }> }).procedures,
);

let server: TestServer;
let tokens: string[];
beforeAll(async () => {
  server = await startTestServer({
    ROLLCALL_LOG_LEVEL: 'trace',
    ROLLCALL_CLIENT_CALLS_PER_MINUTE: '1000',
  });
  tokens = [await tokenOf({ server: true }), await tokenOf({ user_id: 'jane' }), FORGED];
  await server.mutate('users.upsert', { users: [{ id: 'jane', custom: { note: PERSONAL } }] });
});
afterAll(() => server.close());

/** The parts by which a secret or a token would be known, whole or cut. */
function canaries(): string[] {
  const secret = SECRET.split(':')[1] ?? '';
  return [
    secret,
    Buffer.from(secret).toString('base64'),
    ...tokens.flatMap(token => token.split('.').slice(1)),
  ];
}

function expectClean(text: string, words: string[]): void {
  for (const word of words) expect(text.includes(word), `${word} in ${text.slice(0, 300)}`).toBe(false);
}

const INPUTS = [
  {},
  { id: 'jane', user_id: 'jane', name: PERSONAL, reason: PERSONAL, text: PERSONAL },
  { user: { id: 'jane', custom: { note: PERSONAL }, password: PERSONAL } },
  { users: [{ id: 'jane', name: PERSONAL.repeat(20), custom: { token: PERSONAL } }] },
  { users: [{ id: 'jane', set: { 'custom.note': PERSONAL, role: PERSONAL } }] },
  { filter: { note: { $regex: PERSONAL } }, sort: PERSONAL, options: { next: PERSONAL } },
];

it.each(PROCEDURES.map(([path, { _def }]) => [path, _def.type] as const))(
  '%s puts no secret and no token into an answer',
  async (path, type) => {
    for (const token of tokens) {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const requests: [string, RequestInit][] =
        type === 'subscription'
          ? [[`${path}?input=${IN_URL}`, { signal: AbortSignal.timeout(200) }]]
          : INPUTS.map(input => [
              `${path}?canary=${IN_URL}`,
              { method: 'POST', body: JSON.stringify(input) },
            ]);
      for (const [target, init] of requests) {
        const answer = await fetch(`${server.url}/trpc/${target}`, { ...init, headers });
        // A stream that has begun goes on until it is left.
        expectClean(await answer.text().catch(() => ''), canaries());
      }
    }
  },
);

it('a socket puts neither into what it says, when it is refused, when it calls and when it is cut off', async () => {
  for (const token of tokens) {
    const client = await connect(server.url, { token });
    for (const [id, [path]] of PROCEDURES.entries()) {
      client.send({ id, method: 'query', params: { path, input: { [PERSONAL]: token } } });
    }
    client.socket.send(`{"${PERSONAL}`);
    await client.next();
    client.socket.close();
    await client.closed;
    const known = canaries().filter(word => !token.includes(word));
    expectClean(JSON.stringify(client.messages), known);
  }
});

it('the log, at its most talkative, has none of it: no secret, no token, no query string, nobody’s data', () => {
  const log = server.log.join('');
  expect(server.log.length).toBeGreaterThan(PROCEDURES.length);
  expectClean(log, [...canaries(), IN_URL, PERSONAL]);
});
