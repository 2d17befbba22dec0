/** The budget of a caller holds over all its connections: one more of them gives it nothing more. */
import { CALLER_BUDGETS, DEFAULT_GRANTS, LIMITS } from '@rollcall/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer, tokenOf } from './test-server.js';
import { connect, type TestSocket, watchEvents } from './test-socket.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.mutate('users.upsert', {
    users: [
      ...['ann', 'ben', 'cat', 'dan', 'eve', 'fay'].map(id => ({ id, role: 'admin' })),
      ...['guest-1', 'guest-2'].map(id => ({ id, role: 'guest' })),
    ],
  });
  await server.mutate('settings.update', { grants: { ...DEFAULT_GRANTS, anonymous: ['read-users'] } });
});
afterAll(() => server.close());

async function open(userId?: string): Promise<TestSocket> {
  const token = userId === undefined ? 'anonymous' : await tokenOf({ user_id: userId });
  return connect(server.url, { token });
}

/** Begins a subscription; answers with its first page, or the message that refused it. */
async function begin(client: TestSocket, id: number, input: object): Promise<string> {
  client.send(watchEvents(id, input));
  for (;;) {
    const message = (await client.next()) as {
      id?: number;
      result?: { type: string };
      error?: { data: { code: string; message: string } };
    };
    if (message.id !== id) continue;
    if (message.error) return `${message.error.data.code}: ${message.error.data.message}`;
    if (message.result?.type === 'data') return 'data';
  }
}

const { subscriptions, liveFilters, liveFilterBytes, watchedIdBytes } = CALLER_BUDGETS.client;

it('a hundred subscriptions', async () => {
  const [one, other, another] = [await open('ann'), await open('ann'), await open('ben')];
  for (let id = 1; id <= subscriptions; id++) {
    expect(await begin(id % 2 === 0 ? one : other, id, { filter: {} })).toBe('data');
  }
  const refusal = `RATE_LIMITED: a caller has at most ${subscriptions} subscriptions over all its connections; end one first`;
  expect(await begin(one, 1001, { filter: {} })).toBe(refusal);
  expect(await begin(other, 1002, {})).toBe(refusal);
  expect(await begin(another, 1, {})).toBe('data');
  one.socket.close();
  await expect.poll(() => begin(other, Math.ceil(Math.random() * 1e9), {}), { timeout: 5000 }).toBe('data');
  other.socket.close();
  another.socket.close();
});

it('twenty different filters of 256 KiB together, of which equal ones count once', async () => {
  const [one, other] = [await open('cat'), await open('cat')];
  for (let id = 1; id <= liveFilters; id++) {
    expect(await begin(id % 2 === 0 ? one : other, id, { filter: { colour: `c${id}` } })).toBe('data');
  }
  expect(await begin(other, 100, { filter: { colour: 'c2' } })).toBe('data');
  expect(await begin(one, 101, { filter: { colour: 'new' } })).toBe(
    `RATE_LIMITED: a caller has at most ${liveFilters} different live filters; end a subscription first`,
  );
  one.socket.close();
  other.socket.close();
  const again = await open('dan');
  const large = { colour: { $in: Array.from({ length: 290 }, (_, n) => String(n).padEnd(1000, 'x')) } };
  expect(await begin(again, 1, { filter: large })).toMatch(
    `RATE_LIMITED: a caller has at most ${liveFilterBytes} bytes of live filters; this one would make it `,
  );
  expect(await begin(again, 2, { filter: { colour: 'red' } })).toBe('data');
  again.socket.close();
});

it('sixteen MiB of ids of watched users, of which those of one connection count once', async () => {
  const full = [];
  for (let opened = 0; opened < 6; opened++) full.push(await open('eve'));
  const [one] = full as [TestSocket];
  const [another, somebodyElse] = [await open('eve'), await open('fay')];
  const idBytes = 190;
  // A message has room for half of what a connection may watch.
  const half = LIMITS.watchedUsersPerConnection / 2;
  const userIds = (name: string) =>
    Array.from({ length: half }, (_, n) => `${name}${n}`.padEnd(idBytes, '-'));
  for (const client of full) {
    expect(await begin(client, 1, { user_ids: userIds('a') })).toBe('data');
    expect(await begin(client, 2, { user_ids: userIds('a') })).toBe('data');
    expect(await begin(client, 3, { user_ids: userIds('b') })).toBe('data');
  }
  const refusal = `RATE_LIMITED: a caller has at most ${watchedIdBytes} bytes of ids of users whom its connections watch; this subscription would make it ${14 * half * (idBytes + 64)}`;
  expect(await begin(another, 1, { user_ids: userIds('a') })).toBe('data');
  expect(await begin(another, 2, { user_ids: userIds('b') })).toBe(refusal);
  expect(await begin(another, 3, { user_ids: userIds('a').slice(1) })).toBe('data');
  expect(await begin(somebodyElse, 1, { user_ids: userIds('a') })).toBe('data');
  one.send({ id: 1, method: 'subscription.stop' });
  while ((await one.next()).id !== 1);
  expect(await begin(another, 4, { user_ids: userIds('b') })).toMatch(/^RATE_LIMITED: /);
  one.socket.terminate();
  let id = 4;
  await expect.poll(() => begin(another, ++id, { user_ids: userIds('b') }), { timeout: 5000 }).toBe('data');
  for (const client of [...full, another, somebodyElse]) client.socket.close();
});

it('one of an address, for its guests and callers without a user together', async () => {
  const clients = [await open('guest-1'), await open('guest-2'), await open(), await open('ann')];
  const [one, other, nobody, user] = clients as [TestSocket, TestSocket, TestSocket, TestSocket];
  for (let id = 1; id <= subscriptions; id++) {
    const client = [one, other, nobody][id % 3] ?? one;
    expect(await begin(client, id, { filter: {} })).toBe('data');
  }
  for (const client of [one, other, nobody]) {
    expect(await begin(client, 1001, { filter: {} })).toMatch(/^RATE_LIMITED: a caller has at most 100 /);
  }
  expect(await begin(user, 1, { filter: {} })).toBe('data');
  for (const client of clients) client.socket.close();
});
