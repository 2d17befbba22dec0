import { LIMITS } from '@rollcall/protocol';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { startTestServer, type TestServer, tokenOf } from './test-server.js';
import { connect, type TestSocket, watchEvents } from './test-socket.js';

let server: TestServer;
let client: TestSocket;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

beforeEach(async () => {
  client = await connect(server.url, { token: await tokenOf({ server: true }) });
  return () => client.socket.close();
});

/** Begins a subscription; answers with its first page, or the error that ended it. */
async function begin(id: number, input: object = {}): Promise<unknown> {
  client.send(watchEvents(id, input));
  for (;;) {
    const message = (await client.next()) as {
      result?: { type: string };
      error?: { data: { code: string; message: string; retry_after?: number } };
    };
    if (message.error) return message.error.data;
    if (message.result?.type === 'data') return 'data';
  }
}

async function stop(id: number): Promise<void> {
  client.send({ id, method: 'subscription.stop' });
  while ((await client.next()).id !== id);
}

const TOO_MANY = { code: 'RATE_LIMITED', retry_after: 60, unrecoverable: false };
const userIds = (count: number, prefix = 'u') => Array.from({ length: count }, (_, n) => `${prefix}${n}`);

it('has 100 subscriptions on one connection and refuses another, until one has ended', async () => {
  for (let id = 1; id <= LIMITS.subscriptionsPerConnection; id++) expect(await begin(id)).toBe('data');
  expect(await begin(900)).toMatchObject(TOO_MANY);
  await stop(50);
  expect(await begin(901)).toBe('data');
  expect(await begin(902)).toMatchObject(TOO_MANY);
});

it('watches 10,000 users in all subscriptions together and refuses another, until some are let go', async () => {
  const half = LIMITS.watchedUsersPerConnection / 2;
  expect(await begin(1, { user_ids: userIds(half) })).toBe('data');
  expect(await begin(2, { user_ids: userIds(half, 'v') })).toBe('data');
  expect(await begin(3, { user_ids: ['one-more'] })).toMatchObject({
    ...TOO_MANY,
    message: expect.stringContaining('10000'),
  });
  await stop(2);
  expect(await begin(4, { user_ids: ['one-more'] })).toBe('data');
});

it('counts a user once whom several subscriptions watch, so that one can take over from another', async () => {
  const everybody = userIds(LIMITS.watchedUsersPerConnection);
  expect(await begin(1, { user_ids: everybody })).toBe('data');
  expect(await begin(2, { user_ids: everybody })).toBe('data');
  await stop(1);
  expect(await begin(3, { user_ids: ['one-more'] })).toMatchObject(TOO_MANY);
  await stop(2);
  expect(await begin(4, { user_ids: ['one-more'] })).toBe('data');
});
