/** What one request of a caller makes the server hold, parse, repeat and answer is bounded, whatever it says. */
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTestServer, type TestServer, tokenOf } from './test-server.js';
import { connect, watchEvents } from './test-socket.js';

const VALUES = 25_000;
const ROOM = 256 * 1024;

let server: TestServer;
let token: string;
const sockets: Socket[] = [];
beforeEach(async () => {
  server = await startTestServer({ ROLLCALL_CLIENT_REQUEST_BYTES: String(ROOM) });
  await server.mutate('users.upsert', { users: [{ id: 'jane' }] });
  token = await tokenOf({ user_id: 'jane' });
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.close();
});

const list = (values: number) => ({ filter: { list: Array.from({ length: values }, () => ({})) } });

async function post(input: unknown, bearer = token, path = 'users.query') {
  const answer = await fetch(`${server.url}/trpc/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    body: JSON.stringify(input),
  });
  const text = await answer.text();
  const { error } = JSON.parse(text) as {
    error?: { message: string; data: { code: string; path?: string } };
  };
  return {
    status: answer.status,
    code: error?.data.code ?? 'ok',
    message: error?.message ?? '',
    bytes: text.length,
  };
}

/** Opens a connection and sends the head of a request, and some of its body. */
async function begin(bodyBytes: number, sent = ''): Promise<Socket> {
  const socket = connectTcp(server.port, '127.0.0.1').on('error', () => undefined);
  sockets.push(socket);
  await once(socket, 'connect');
  socket.write(
    `POST /trpc/users.query HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${token}\r\n` +
      `content-type: application/json\r\ncontent-length: ${bodyBytes}\r\n\r\n${sent}`,
  );
  return socket;
}

describe('a request of very many values', () => {
  it('is refused over HTTP before it is parsed, except with a server token', async () => {
    expect(await post(list(VALUES))).toMatchObject({
      status: 413,
      code: 'PAYLOAD_TOO_LARGE',
      message: `a request has at most ${VALUES} values`,
    });
    expect(await post(list(VALUES / 2 - 10))).toMatchObject({ code: 'INPUT_INVALID' });
    expect(await post(list(VALUES), await tokenOf({ server: true }))).toMatchObject({
      code: 'INPUT_INVALID',
    });
  });

  it('closes a WebSocket with 1009, except with a server token', async () => {
    const query = { id: 1, method: 'query', params: { path: 'users.query', input: list(VALUES) } };
    const client = await connect(server.url, { token });
    client.send(query);
    expect(await client.closed).toMatchObject({ code: 1009, reason: 'PAYLOAD_TOO_LARGE' });
    expect(client.messages).toEqual([]);
    const backEnd = await connect(server.url, { token: await tokenOf({ server: true }) });
    backEnd.send(query);
    expect(await backEnd.next()).toMatchObject({ id: 1, error: { data: { code: 'INPUT_INVALID' } } });
    backEnd.socket.close();
  });
});

describe('a message of a WebSocket', () => {
  it('of very many requests closes it with 1009, and none of them is answered', async () => {
    const client = await connect(server.url, { token });
    client.send(Array.from({ length: 1000 }, (_, id) => ({ id })));
    expect(await client.closed).toMatchObject({ code: 1009 });
    expect(client.messages).toEqual([]);
  });

  it('has an id of at most 255 characters, which every event repeats', async () => {
    const client = await connect(server.url, { token });
    client.send({ ...watchEvents(1), id: 'x'.repeat(256) });
    expect(await client.next()).toMatchObject({
      id: null,
      error: { data: { code: 'INPUT_INVALID', field: 'id' } },
    });
    client.send({ ...watchEvents(1), id: 'x'.repeat(255) });
    expect(await client.next()).toMatchObject({ id: 'x'.repeat(255), result: { type: 'started' } });
    client.socket.close();
  });

  it('comes with the token at first, which is short', async () => {
    const client = await connect(server.url);
    client.send({ method: 'connectionParams', data: { token: 'x'.repeat(200_000) } });
    expect(await client.closed).toMatchObject({ code: 1009, reason: 'PAYLOAD_TOO_LARGE' });
    const before = await connect(server.url, { token });
    before.send({
      id: 1,
      method: 'query',
      params: { path: 'users.query', input: { x: 'y'.repeat(200_000) } },
    });
    expect(await before.next()).toMatchObject({ id: 1, error: { data: { code: 'INPUT_INVALID' } } });
    before.socket.close();
  });
});

describe('requests that are not answered yet', () => {
  it('are refused beyond the budget of their user while they arrive, and it is free again when they end', async () => {
    const [one, other] = [await begin(ROOM / 2, '{'), await begin(ROOM / 2, '{')];
    await sleep(500);
    const refused = await post({});
    expect(refused).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
    expect(refused.message).toContain(`at most ${ROOM} bytes of requests`);
    expect(await post({}, await tokenOf({ server: true }))).toMatchObject({ code: 'ok' });
    one.destroy();
    await vi.waitFor(async () => expect(await post({})).toMatchObject({ code: 'ok' }));
    other.write(`"options":{}${' '.repeat(ROOM / 2 - 14)}}`);
    expect(String((await once(other, 'data'))[0])).toMatch(/^HTTP\/1.1 200/);
    const again = [await begin(ROOM / 2, '{'), await begin(ROOM / 2 - 100, '{')];
    await sleep(500);
    expect(await post({})).toMatchObject({ code: 'ok' });
    for (const socket of again) expect(socket.bytesRead).toBe(0);
  });

  it('are refused over a WebSocket while others of them wait for their turn', async () => {
    const client = await connect(server.url, { token });
    const padding = 'x'.repeat(1000);
    const input = { filter: { $or: Array.from({ length: 90 }, (_, field) => ({ [`f${field}`]: padding })) } };
    for (let id = 0; id < 10; id++)
      client.send({ id, method: 'query', params: { path: 'users.query', input } });
    const answers: Record<string, unknown>[] = [];
    for (let id = 0; id < 10; id++) answers.push(await client.next());
    const refused = answers.filter(({ error }) => error);
    expect(refused.length).toBeGreaterThan(0);
    for (const one of refused) expect(one).toMatchObject({ error: { data: { code: 'RATE_LIMITED' } } });
    for (let id = 10; id < 20; id++) {
      client.send({ id, method: 'query', params: { path: 'users.query', input } });
      expect(await client.next()).toMatchObject({ id, result: { type: 'data' } });
    }
    client.socket.close();
  });
});

it('an error repeats of a name that somebody sent as much as helps to find it', async () => {
  const name = 'k'.repeat(300_000);
  for (const answer of [
    await post({ [name.slice(0, 200_000)]: 1 }),
    await post({ filter: { [name.slice(0, 200_000)]: 1 } }),
    await post(
      { users: [{ id: 'jane', set: { [name.slice(0, 200_000)]: 1 } }] },
      token,
      'users.partialUpdate',
    ),
  ]) {
    expect(answer.code).toBe('INPUT_INVALID');
    expect(answer.bytes).toBeLessThan(10_000);
  }
  const client = await connect(server.url, { token });
  client.send({ id: 1, method: 'query', params: { path: name } });
  expect(JSON.stringify(await client.next()).length).toBeLessThan(10_000);
  client.socket.close();
});

it('a large answer over HTTP that nobody reads breaks off, as over a WebSocket', {
  timeout: 30_000,
}, async () => {
  const teams = Array.from({ length: 100 }, (_, index) => `team-${index}`.padEnd(100, '-'));
  const people = Array.from({ length: 50 }, (_, index) => ({
    id: `p-${index}`,
    teams,
    text: 'x'.repeat(4500),
  }));
  await server.mutate('users.upsert', { users: people });
  const path = Array.from({ length: 20 }, () => 'users.query').join(',');
  const body = JSON.stringify(Object.fromEntries(Array.from({ length: 20 }, (_, index) => [index, {}])));
  const socket = connectTcp(server.port, '127.0.0.1').on('error', () => undefined);
  sockets.push(socket);
  socket.write(
    `POST /trpc/${path}?batch=1 HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${token}\r\n` +
      `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  socket.pause();
  await sleep(8000);
  socket.resume();
  await once(socket, 'close');
  expect(socket.bytesRead).toBeLessThan(9_000_000);
});
