/** Calls that fail count against their caller like all others, and a refusal costs less than its call. */
import { afterEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer, tokenOf } from './test-server.js';
import { answerToUpgrade, connect, type TestSocket } from './test-socket.js';

const CALLS = 5;
const SETTINGS = { ROLLCALL_CLIENT_CALLS_PER_MINUTE: String(CALLS), ROLLCALL_LOG_LEVEL: 'info' };

let server: TestServer;
afterEach(() => server.close());

interface Answer {
  status: number;
  remaining: string | null;
  body: { result?: { data: { token?: string } }; error?: { data: { code: string; retry_after?: number } } };
}

async function call(path: string, { token, body, headers = {} }: Options = {}): Promise<Answer> {
  const answer = await fetch(`${server.url}/trpc/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body !== undefined && { body }),
  });
  const remaining = answer.headers.get('ratelimit-remaining');
  return { status: answer.status, remaining, body: (await answer.json()) as Answer['body'] };
}

interface Options {
  token?: string | undefined;
  body?: string;
  headers?: Record<string, string>;
}

const statuses = async (times: number, one: () => Promise<Answer>): Promise<number[]> => {
  const seen: number[] = [];
  for (let turn = 0; turn < times; turn++) seen.push((await one()).status);
  return seen;
};

const refusals = () =>
  server.log.map(line => JSON.parse(line)).filter(({ msg }) => /refused/.test(msg as string));

describe('guests', () => {
  const makeGuest = (token?: string) => call('users.connectGuest', { token, body: '{"user":{}}' });

  it('that make guests count for their address, whatever token comes along', async () => {
    server = await startTestServer({ ...SETTINGS, ROLLCALL_GUESTS_PER_MINUTE: '3' });
    await server.mutate('users.upsert', { users: [{ id: 'jane' }] });
    const first = (await makeGuest()).body.result?.data.token;
    expect((await makeGuest(first)).status).toBe(200);
    expect((await makeGuest(await tokenOf({ user_id: 'jane' }))).status).toBe(200);
    for (const token of [undefined, first, await tokenOf({ user_id: 'jane' })]) {
      expect(await makeGuest(token)).toMatchObject({
        status: 429,
        remaining: '0',
        body: { error: { data: { code: 'RATE_LIMITED' } } },
      });
    }
  });

  it('of one address have one allowance, together with callers without a user', async () => {
    server = await startTestServer(SETTINGS);
    const tokens = [];
    for (let guest = 0; guest < 3; guest++) tokens.push((await makeGuest()).body.result?.data.token);
    const asked = [...tokens, ...tokens].map(token => () => call('users.query?input={}', { token }));
    const answers = [];
    for (const ask of asked) answers.push((await ask()).status);
    expect(answers).toEqual([200, 200, 200, 200, 200, 429]);
    expect((await call('users.query?input={}', { token: 'anonymous' })).status).toBe(429);
  });

  it('whose token somebody else signed count for their address as well', async () => {
    server = await startTestServer(SETTINGS);
    const ids = Array.from({ length: 4 }, (_, index) => `guest-${index}`);
    await server.mutate('users.upsert', { users: ids.map(id => ({ id, role: 'guest' })) });
    const answers = [];
    for (const user_id of [...ids, ...ids]) {
      answers.push((await call('users.query?input={}', { token: await tokenOf({ user_id }) })).status);
    }
    expect(answers).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
  });
});

describe('what is no call', () => {
  it('is counted: names that are no procedures, each one of a batch, under one name', async () => {
    server = await startTestServer(SETTINGS);
    expect((await call('no.such')).status).toBe(404);
    expect((await call('hasOwnProperty')).status).toBe(404);
    const batch = await call(`${Array(3).fill('x').join()}?batch=1`);
    expect(batch).toMatchObject({ status: 404, remaining: '0' });
    const refused = await call('another.one');
    expect(refused).toMatchObject({ status: 429, remaining: '0' });
    expect(refused.body.error?.data).toMatchObject({ code: 'RATE_LIMITED', retry_after: expect.any(Number) });
    // A procedure that exists has its own count.
    expect((await call('roles.list')).status).toBe(401);
  });

  it.each([
    ['a batch that is too long', () => call(`${Array(21).fill('roles.list').join()}?batch=1`), 1],
    ['a URL that cannot be decoded', () => call('%E0%A4%A'), CALLS + 1],
    ['a wrong method', () => call('users.upsert'), CALLS + 1],
    [
      'a body of another type',
      () => call('users.upsert', { body: 'x', headers: { 'content-type': 'text/plain' } }),
      CALLS + 1,
    ],
    ['a body that is no JSON', () => call('users.upsert', { body: '{' }), CALLS + 1],
  ])('is counted: %s', async (_what, one, allowed) => {
    server = await startTestServer(SETTINGS);
    const seen = await statuses(allowed + 1, one);
    expect(seen.slice(0, -1)).not.toContain(200);
    expect(seen.at(-1)).toBe(429);
  });

  it('is counted for the user whose token comes along, and does not use up what neighbours have', async () => {
    server = await startTestServer(SETTINGS);
    const token = await tokenOf({ user_id: 'jane' });
    expect((await statuses(CALLS + 1, () => call('no.such', { token }))).at(-1)).toBe(429);
    expect((await call('no.such')).status).toBe(404);
  });

  it('closes the WebSocket that it came over with 1013', async () => {
    server = await startTestServer(SETTINGS);
    await server.mutate('users.upsert', { users: [{ id: 'jane' }] });
    const client = await connect(server.url, { token: await tokenOf({ user_id: 'jane' }) });
    for (let id = 1; id <= CALLS + 1; id++)
      client.send({ id, method: 'query', params: { path: `no.${id}` } });
    expect(await client.closed).toMatchObject({ code: 1013, reason: 'RATE_LIMITED' });
  });
});

describe('connections without a user', () => {
  const limits = { ROLLCALL_MAX_CONNECTIONS_PER_ADDRESS: '3', ROLLCALL_MAX_SOCKETS_SIGNING_IN: '4' };
  const open = async (token: string): Promise<{ client: TestSocket; code: string | undefined }> => {
    const client = await connect(server.url, { token });
    client.send({ id: 1, method: 'query', params: { path: 'users.query', input: {} } });
    const answer = (await client.next()) as { error?: { data: { code: string } } };
    return { client, code: answer.error?.data.code };
  };

  it('and those of guests are as many as one address may have, all together; one that ends makes room', async () => {
    server = await startTestServer(limits);
    await server.mutate('settings.update', { grants: { anonymous: ['read-users', 'query-users'] } });
    await server.mutate('users.upsert', { users: [{ id: 'jane' }, { id: 'visitor', role: 'guest' }] });
    const made = await call('users.connectGuest', { body: '{"user":{}}' });
    const guest = made.body.result?.data.token as string;
    const visitor = await tokenOf({ user_id: 'visitor' });
    const sockets = [await open('anonymous'), await open(guest), await open(visitor)];
    expect(sockets.map(({ code }) => code)).toEqual([undefined, undefined, undefined]);
    for (const token of ['anonymous', guest, visitor]) {
      const refused = await open(token);
      expect(refused.code).toBe('RATE_LIMITED');
      expect((await refused.client.closed).code).toBe(1013);
    }
    // A user who is no guest has an allowance of its own.
    const jane = await open(await tokenOf({ user_id: 'jane' }));
    expect(jane.code).toBeUndefined();
    sockets[0]?.client.socket.close();
    await sockets[0]?.client.closed;
    await expect.poll(async () => (await open('anonymous')).code).toBeUndefined();
    for (const { client } of [...sockets, jane]) client.socket.terminate();
  });

  it('that have not signed in are as many as one address may have; the next is refused with 429', async () => {
    server = await startTestServer(limits);
    const clients = await Promise.all(Array.from({ length: 4 }, () => connect(server.url)));
    const url = `${server.url}/trpc?connectionParams=1`;
    expect(await answerToUpgrade(url)).toBe(429);
    clients[0]?.send({ method: 'connectionParams', data: { token: await tokenOf({ server: true }) } });
    clients[0]?.send({ id: 1, method: 'query', params: { path: 'roles.list' } });
    await clients[0]?.next();
    const next = await connect(server.url);
    expect(await answerToUpgrade(url)).toBe(429);
    for (const { socket } of [...clients, next]) socket.terminate();
  });
});

describe('the log', () => {
  it('has the first refusal of each kind of a caller, and then one line with the number', async () => {
    server = await startTestServer({ ...SETTINGS, ROLLCALL_TRUST_PROXY: '1' });
    const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
    for (let turn = 0; turn < 50; turn++) await call(`a,b?batch=1`, from('192.0.2.1'));
    for (let turn = 0; turn < 3; turn++) await call('roles.list', from('192.0.2.2'));
    expect(refusals()).toEqual([
      expect.objectContaining({ address: '192.0.2.1', code: 'NOT_FOUND', msg: 'a call was refused' }),
      expect.objectContaining({ address: '192.0.2.1', code: 'RATE_LIMITED', msg: 'a call was refused' }),
      expect.objectContaining({ address: '192.0.2.2', code: 'TOKEN_MISSING', msg: 'a call was refused' }),
    ]);
    await server.close();
    expect(refusals().slice(3)).toEqual([
      expect.objectContaining({
        address: '192.0.2.1',
        counts: { NOT_FOUND: 3, RATE_LIMITED: 47 },
        msg: 'more calls were refused',
      }),
      expect.objectContaining({ address: '192.0.2.2', counts: { TOKEN_MISSING: 2 } }),
    ]);
  });
});
