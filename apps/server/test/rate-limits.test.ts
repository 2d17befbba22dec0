import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer, tokenOf } from './test-server.js';
import { connect, watchEvents } from './test-socket.js';

const CALLS = 5;
const MESSAGES = 12;

let server: TestServer;
let serverToken: string;

beforeAll(async () => {
  server = await startTestServer({
    ROLLCALL_CLIENT_CALLS_PER_MINUTE: String(CALLS),
    ROLLCALL_SOCKET_MESSAGES_PER_MINUTE: String(MESSAGES),
    ROLLCALL_TRUST_PROXY: '1',
    ROLLCALL_ALLOWED_ORIGINS: 'https://app.example.com',
  });
  serverToken = await tokenOf({ server: true });
  const users = [
    'jane',
    'john',
    'batch',
    'socket',
    'both',
    'page',
    'streams',
    'flood',
    'again',
    'ping',
    'pong',
  ].map(id => ({ id }));
  await server.mutate('users.upsert', { users });
});
afterAll(() => server.close());

/** Asks for users, as whom a token says, from an address of its own. */
function ask(
  token: string | undefined,
  { address = '192.0.2.1', path = 'users.query?input={}', origin = '' } = {},
) {
  const headers = {
    'x-forwarded-for': address,
    ...(token && { authorization: `Bearer ${token}` }),
    ...(origin && { origin }),
  };
  return fetch(`${server.url}/trpc/${path}`, { headers });
}

function allowanceIn({ headers }: Response) {
  return ['limit', 'remaining', 'reset'].map(name => headers.get(`ratelimit-${name}`));
}

async function spend(token: string | undefined, options: { address?: string } = {}): Promise<void> {
  for (let call = 0; call < CALLS; call++) await ask(token, options);
}

describe('calls over HTTP', () => {
  it('say with every answer what is left, and the one too many when to come back', async () => {
    const token = await tokenOf({ user_id: 'jane' });
    for (let left = CALLS - 1; left >= 0; left--) {
      const answer = await ask(token);
      expect(answer.status).toBe(200);
      const [limit, remaining, reset] = allowanceIn(answer);
      expect([limit, remaining]).toEqual([String(CALLS), String(left)]);
      expect(Number(reset)).toBeGreaterThan(50);
      expect(Number(reset)).toBeLessThanOrEqual(60);
    }
    const refused = await ask(token);
    const { error } = (await refused.json()) as { error: { data: { code: string; retry_after: number } } };
    expect(refused.status).toBe(429);
    expect(error.data).toMatchObject({ code: 'RATE_LIMITED', unrecoverable: false });
    expect(refused.headers.get('retry-after')).toBe(String(error.data.retry_after));
    expect(allowanceIn(refused)).toEqual([String(CALLS), '0', String(error.data.retry_after)]);
  });

  it('of one user do not use up those of another, nor those of another procedure', async () => {
    await spend(await tokenOf({ user_id: 'jane' }));
    expect((await ask(await tokenOf({ user_id: 'john' }))).status).toBe(200);
    const other = await ask(await tokenOf({ user_id: 'jane' }), {
      path: `chat.queryChannels?input=${encodeURIComponent('{}')}`,
    });
    expect(other.status).not.toBe(429);
    expect(allowanceIn(other)[1]).toBe(String(CALLS - 1));
  });

  it('in a batch are counted one by one; the answer tells the scarcest', async () => {
    const token = await tokenOf({ user_id: 'batch' });
    const path = `${['roles.list', ...Array(CALLS + 1).fill('users.query')].join(',')}?batch=1&input={}`;
    const answer = await ask(token, { path });
    const results = (await answer.json()) as { error?: { data: { code: string } } }[];
    const limited = results.filter(({ error }) => error?.data.code === 'RATE_LIMITED');
    expect(limited).toHaveLength(1);
    expect(allowanceIn(answer)[1]).toBe('0');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('with a server token are not limited, and say nothing of limits', async () => {
    for (let call = 0; call < CALLS * 3; call++) {
      const answer = await ask(serverToken);
      expect([answer.status, ...allowanceIn(answer)]).toEqual([200, null, null, null]);
    }
  });

  it.each([
    ['without a token', undefined, '198.51.100.1'],
    ['with a text that is not a token', 'nonsense', '198.51.100.2'],
  ])('%s are counted for the address, and refused before the token is', async (_, token, address) => {
    for (let call = 0; call < CALLS; call++) expect((await ask(token, { address })).status).toBe(401);
    expect((await ask(token, { address })).status).toBe(429);
    expect((await ask('another-one', { address })).status).toBe(429);
    expect((await ask(token, { address: '198.51.100.3' })).status).toBe(401);
    // A neighbour who guesses at tokens does not keep out a caller with a good one.
    expect((await ask(await tokenOf({ user_id: 'john' }), { address })).status).toBe(200);
  });

  it('cannot be made to count for somebody else: only the word of the nearest proxy is taken', async () => {
    await spend(undefined, { address: '198.51.100.9' });
    expect((await ask(undefined, { address: '203.0.113.5, 198.51.100.9' })).status).toBe(429);
  });

  it('let a page of another origin read what is left', async () => {
    const answer = await ask(await tokenOf({ user_id: 'page' }), { origin: 'https://app.example.com' });
    const exposed = answer.headers.get('access-control-expose-headers')?.split(', ');
    expect(exposed).toEqual(
      expect.arrayContaining(['retry-after', 'ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset']),
    );
  });
});

describe('calls over a WebSocket', () => {
  const query = (id: number) => ({ id, method: 'query', params: { path: 'users.query', input: {} } });

  it('count the same as those over HTTP, together with them', async () => {
    const token = await tokenOf({ user_id: 'both' });
    const client = await connect(server.url, { token });
    for (let call = 1; call < CALLS; call++) {
      client.send(query(call));
      expect(await client.next()).toHaveProperty('result');
    }
    expect((await ask(token)).status).toBe(200);
    client.send(query(99));
    expect(await client.next()).toMatchObject({
      id: 99,
      error: { data: { code: 'RATE_LIMITED', retry_after: expect.any(Number) } },
    });
    client.socket.close();
  });

  it('do not use up what subscriptions need', async () => {
    const client = await connect(server.url, { token: await tokenOf({ user_id: 'streams' }) });
    for (let id = 1; id <= CALLS * 2; id++) {
      client.send(watchEvents(id));
      expect(await client.next()).toEqual({ id, result: { type: 'started' } });
      expect(await client.next()).toMatchObject({ id, result: { type: 'data' } });
    }
    client.socket.close();
  });
});

describe('messages on a WebSocket', () => {
  const flood = async (token: string, messages: number) => {
    const client = await connect(server.url, { token });
    client.send({ id: 1, method: 'query', params: { path: 'nothing.here' } });
    await client.next();
    // The token and the first call were messages too.
    for (let message = 2; message < messages; message++) client.socket.send('PONG');
    return client;
  };

  it(`are taken up to the limit of a minute`, async () => {
    const client = await flood(await tokenOf({ user_id: 'socket' }), MESSAGES - 1);
    client.send({ id: 2, method: 'query', params: { path: 'nothing.here' } });
    expect(await client.next()).toMatchObject({ id: 2 });
    client.socket.close();
    expect((await client.closed).code).toBe(1005);
  });

  it('close the connection with 1013 beyond it; what follows is not read', async () => {
    const client = await flood(await tokenOf({ user_id: 'flood' }), MESSAGES + 1);
    for (let id = 0; id < 50; id++) {
      client.send({ id, method: 'query', params: { path: 'nothing.here' } });
    }
    expect(await client.closed).toMatchObject({ code: 1013, reason: 'RATE_LIMITED' });
    expect(client.messages).toHaveLength(1);
  });

  it('are counted on by the next connection of the caller, and by none that was there already', async () => {
    const token = await tokenOf({ user_id: 'again' });
    const beside = await connect(server.url, { token });
    const first = await flood(token, MESSAGES);
    first.socket.close();
    await first.closed;
    const second = await connect(server.url, { token });
    expect((await second.closed).code).toBe(1013);
    beside.send({ id: 1, method: 'query', params: { path: 'nothing.here' } });
    expect(await beside.next()).toMatchObject({ id: 1 });
    beside.socket.close();
  });

  it.each(['ping', 'pong'] as const)('close it for %ss of the protocol just the same', async kind => {
    const client = await connect(server.url, { token: await tokenOf({ user_id: kind }) });
    for (let sent = 0; sent < 10_000 && client.socket.readyState === client.socket.OPEN; sent++) {
      client.socket[kind]();
    }
    expect((await client.closed).code).toBe(1013);
  });

  it('are not counted with a server token', async () => {
    const client = await flood(serverToken, MESSAGES * 20);
    client.send({ id: 2, method: 'query', params: { path: 'roles.list' } });
    expect(await client.next()).toMatchObject({ id: 2, result: { type: 'data' } });
    client.socket.close();
  });
});
