import type { UsersAnswer } from '@rollcall/protocol';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestServer, type TestServer, tokenOf } from './test-server.js';
import { answerToUpgrade, connect, watchEvents } from './test-socket.js';

const AUTH_TIMEOUT_MS = 300;

let server: TestServer;
let serverToken: string;

beforeAll(async () => {
  server = await startTestServer({
    ROLLCALL_ALLOWED_ORIGINS: 'https://app.example.com',
    ROLLCALL_AUTH_TIMEOUT_MS: String(AUTH_TIMEOUT_MS),
    ROLLCALL_MAX_CONNECTIONS_PER_USER: '2',
  });
  serverToken = await tokenOf({ server: true });
});
afterAll(() => server.close());

describe('before the upgrade', () => {
  it.each(['https://evil.test', 'null', 'https://app.example.com.evil.test', 'http://app.example.com'])(
    'refuses a page of %s with 403',
    async origin => {
      expect(await answerToUpgrade(`${server.url}/trpc`, { origin })).toBe(403);
    },
  );

  it.each(['/', '/trpcx', '/trpc/live.events', '/healthz'])('refuses the path %s with 404', async path => {
    expect(await answerToUpgrade(`${server.url}${path}`)).toBe(404);
  });

  it('refuses a Host header that is not one, and lives on', async () => {
    expect(await answerToUpgrade(`${server.url}/trpc`, { host: '[' })).toBe(400);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  it('lets an allowed page and a program without an origin connect', async () => {
    for (const origin of ['https://app.example.com', undefined]) {
      const client = await connect(server.url, { token: serverToken, ...(origin && { origin }) });
      client.send(watchEvents(1));
      expect(await client.next()).toEqual({ id: 1, result: { type: 'started' } });
      client.socket.close();
      expect((await client.closed).code).toBe(1005);
    }
  });
});

describe('the page of the server itself', () => {
  it('opens a socket without any setting, and a page of another port or name does not', async () => {
    const { port } = server;
    const of = (origin: string, host: string) => answerToUpgrade(`${server.url}/trpc`, { origin, host });
    expect(await of(`http://127.0.0.1:${port}`, `127.0.0.1:${port}`)).toBe(101);
    expect(await of(`http://localhost:${port}`, `localhost:${port}`)).toBe(101);
    expect(await of('http://localhost:1', `localhost:${port}`)).toBe(403);
    expect(await of(`http://evil.test:${port}`, `evil.test:${port}`)).toBe(403);
  });
});

describe('signing in', () => {
  it('serves subscriptions and calls to a good token', async () => {
    const client = await connect(server.url, { token: serverToken });
    client.send(watchEvents(1));
    expect(await client.next()).toEqual({ id: 1, result: { type: 'started' } });
    expect(await client.next()).toMatchObject({
      id: 1,
      result: { type: 'data', data: { data: { events: [] } } },
    });
    client.send({ id: 2, method: 'query', params: { path: 'roles.list' } });
    expect(await client.next()).toMatchObject({ id: 2, result: { type: 'data' } });
    client.socket.close();
  });

  it('closes a connection that sends no token in time with 4408', async () => {
    const startedAt = Date.now();
    const client = await connect(server.url);
    const { code, at } = await client.closed;
    expect(code).toBe(4408);
    expect(at - startedAt).toBeGreaterThanOrEqual(AUTH_TIMEOUT_MS - 5);
    expect(client.messages).toEqual([]);
  });

  it('leaves a connection that has signed in alone after that time', async () => {
    const client = await connect(server.url, { token: serverToken });
    const silent = await connect(server.url);
    expect((await silent.closed).code).toBe(4408);
    expect(client.socket.readyState).toBe(client.socket.OPEN);
    client.socket.close();
  });

  it.each([
    ['a forged token', async () => `${await tokenOf({ server: true })}x`, 'TOKEN_INVALID', 4400],
    [
      'a token not valid yet',
      () => tokenOf({ user_id: 'jane', nbf: seconds() + 600 }),
      'TOKEN_NOT_YET_VALID',
      4400,
    ],
    ['an expired token', () => tokenOf({ user_id: 'jane', exp: seconds() - 600 }), 'TOKEN_EXPIRED', 4401],
    [
      'a token that has just expired',
      () => tokenOf({ user_id: 'jane', exp: seconds() - 1 }),
      'TOKEN_EXPIRED',
      4401,
    ],
  ])('tells the bearer of %s why its calls fail, and then closes', async (_what, make, error, code) => {
    const client = await connect(server.url, { token: await make() });
    client.send(watchEvents(1));
    expect(await client.next()).toMatchObject({ id: 1, error: { data: { code: error } } });
    expect(await client.closed).toMatchObject({ code, reason: error });
  });

  it('closes a connection without any token with 4400', async () => {
    const client = await connect(server.url, { path: '/trpc' });
    client.send(watchEvents(1));
    expect(await client.next()).toMatchObject({ id: 1, error: { data: { code: 'TOKEN_MISSING' } } });
    expect(await client.closed).toMatchObject({ code: 4400, reason: 'TOKEN_MISSING' });
  });

  it('takes no token from the URL', async () => {
    const client = await connect(server.url, { path: `/trpc?token=${serverToken}` });
    expect((await client.closed).code).toBe(4400);
    expect(server.log.join('')).not.toContain(serverToken);
  });

  it.each(['{"method":"connectionParams","data":{"token":1}}', '[', 'null'])(
    'closes a connection that begins with %s with 4400, after saying what is wrong',
    async first => {
      const client = await connect(server.url);
      client.socket.send(first);
      expect(await client.next()).toMatchObject({ id: null, error: { data: { code: 'INPUT_INVALID' } } });
      expect((await client.closed).code).toBe(4400);
    },
  );

  it('refuses a connection more than a user may have with 1013, and takes one again afterwards', async () => {
    const token = await tokenOf({ user_id: 'many' });
    const clients = [await signedIn(token), await signedIn(token)];
    const third = await connect(server.url, { token });
    expect(await third.closed).toMatchObject({ code: 1013, reason: 'RATE_LIMITED' });
    for (const client of clients) client.socket.close();
    await Promise.all(clients.map(client => client.closed));
    (await signedIn(token)).socket.close();
  });
});

describe('the end of a connection', () => {
  it('comes with 4401 when the token expires, within a second', async () => {
    const exp = Math.ceil(Date.now() / 1000) + 1;
    const client = await connect(server.url, { token: await tokenOf({ user_id: 'brief', exp }) });
    const { code, at } = await client.closed;
    expect(code).toBe(4401);
    expect(at).toBeGreaterThanOrEqual(exp * 1000 - 5);
    expect(at).toBeLessThan(exp * 1000 + 1000);
  });

  it('comes with 4403 within a second when the user is deactivated; server tokens and others stay', async () => {
    await server.mutate('users.upsert', { users: [{ id: 'leaver' }, { id: 'stayer' }] });
    const leaver = await signedIn(await tokenOf({ user_id: 'leaver' }));
    const stayer = await signedIn(await tokenOf({ user_id: 'stayer' }));
    const back = await signedIn(serverToken);
    const deactivatedAt = Date.now();
    await server.mutate('users.deactivate', { id: 'leaver' });
    const { code, reason, at } = await leaver.closed;
    expect([code, reason]).toEqual([4403, 'USER_DEACTIVATED']);
    expect(at - deactivatedAt).toBeLessThan(1000);
    for (const other of [stayer, back]) {
      other.send(watchEvents(9));
      expect(await other.next()).toEqual({ id: 9, result: { type: 'started' } });
      other.socket.close();
    }
  });

  it('comes at once with 4403 for a user who is deactivated already, and not after the reactivation', async () => {
    const token = await tokenOf({ user_id: 'sleeper' });
    await server.mutate('users.upsert', { users: [{ id: 'sleeper' }] });
    await server.mutate('users.deactivate', { id: 'sleeper' });
    const refused = await connect(server.url, { token });
    expect(await refused.closed).toMatchObject({ code: 4403, reason: 'USER_DEACTIVATED' });
    await server.mutate('users.reactivate', { id: 'sleeper' });
    (await signedIn(token)).socket.close();
  });

  it('comes for every user who is deactivated at the very moment of connecting', async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `racer-${index}`);
    await server.mutate('users.upsert', { users: ids.map(id => ({ id })) });
    const codes = await Promise.all(
      ids.map(async id => {
        const token = await tokenOf({ user_id: id });
        const [client] = await Promise.all([
          connect(server.url, { token }),
          server.mutate('users.deactivate', { id }),
        ]);
        return (await client.closed).code;
      }),
    );
    expect(codes).toEqual(ids.map(() => 4403));
  });

  it('comes with 1009 for a message that is too large', async () => {
    const client = await signedIn(serverToken);
    client.socket.send('x'.repeat(1024 * 1024 + 1));
    expect((await client.closed).code).toBe(1009);
  });
});

describe('presence', () => {
  it('shows a user as online while a connection lives, and as offline within 5 s of its end', async () => {
    const online = async () => {
      // A write that changes nothing answers with the user as stored.
      const answer = await server.mutate('users.upsert', { users: [{ id: 'present' }] });
      return (answer as UsersAnswer).users.present?.online;
    };
    expect(await online()).toBe(false);
    const client = await signedIn(await tokenOf({ user_id: 'present' }));
    await vi.waitFor(async () => expect(await online()).toBe(true), { timeout: 5000 });
    client.socket.close();
    await vi.waitFor(async () => expect(await online()).toBe(false), { timeout: 5000 });
  });
});

describe('limits of a message', () => {
  it('refuses every call of a batch of 21 and none of a batch of 20', async () => {
    const client = await signedIn(serverToken);
    const batch = (size: number) =>
      Array.from({ length: size }, (_, id) => ({
        id: 100 + id,
        method: 'query',
        params: { path: 'roles.list' },
      }));
    client.send(batch(20));
    for (let call = 0; call < 20; call++) expect(await client.next()).toHaveProperty('result');
    client.send(batch(21));
    for (let call = 0; call < 21; call++) expect(await client.next()).toHaveProperty('error');
    client.socket.close();
  });
});

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** Connects and waits until the server has taken the token. */
async function signedIn(token: string) {
  const client = await connect(server.url, { token });
  client.send({ id: 1, method: 'query', params: { path: 'nothing.here' } });
  expect(await client.next()).toMatchObject({ id: 1, error: { data: { code: 'NOT_FOUND' } } });
  return client;
}
