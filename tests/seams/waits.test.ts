import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@rollcall/client';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { RUNS_WHOLE } from '@rollcall/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';
import { until } from '../support/until.js';

/** How often one connects and is deactivated. */
const ROUNDS = RUNS_WHOLE ? 12 : 4;

let server: ServerProcess;
let backEnd: ServerClient;

beforeAll(async () => {
  // Presence and events come over streams of their own: over different processes they may overtake each other.
  server = await startServerProcess({ processes: 1 });
  backEnd = createServerClient({ url: server.url, secret: SECRET });
});

afterAll(async () => {
  await backEnd?.disconnect();
  await server?.stop();
});

it.each(['ws', 'sse'] as const)(
  'a client beyond the connections of its user says so in the words of the server, and can be ended: over %s',
  async transport => {
    // Each process counts the connections to itself.
    const one = await startServerProcess({ processes: 1, env: { ROLLCALL_MAX_CONNECTIONS_PER_USER: '1' } });
    const token = await backEnd.createToken('many');
    const make = () => createClient({ url: one.url, transport });
    const [first, second] = [make(), make()];
    await first.connectUser({ id: 'many' }, token);
    const connecting = second.connectUser({ id: 'many' }, token);
    const outcome = expect(connecting).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await until('the reason', () => second.connection.state.waitsFor === 'limit');
    // The server closes a socket after it has said why. Over SSE there is nothing to close.
    if (transport === 'ws')
      await until('the end of the socket', () => second.connection.state.status === 'reconnecting');
    expect(second.connection.state.waitsFor).toBe('limit');
    expect(second.connection.state).toMatchObject({
      error: { code: 'RATE_LIMITED', message: expect.stringContaining('at most 1 live connections') },
      until: expect.any(Number),
    });
    await second.disconnectUser();
    await outcome;
    expect(second.connection.state).toEqual({ status: 'disconnected' });
    await first.disconnectUser();
    await one.stop();
  },
);

it('a client that watches beyond the budget of its user says so in the words of the server, and goes on when it lets go', async () => {
  const one = await startServerProcess({ processes: 1, env: { ROLLCALL_CLIENT_WATCHED_ID_BYTES: '1024' } });
  const ids = Array.from({ length: 8 }, (_, index) => `${index}`.padEnd(200, '-'));
  const [few, many] = [ids.slice(0, 2), ids.slice(2)];
  const token = await backEnd.createToken('watchful');
  const client = createClient({ url: one.url });
  await client.connectUser({ id: 'watchful' }, token);
  await client.watchUsers(few, { presence: true });
  const watching = client.watchUsers(many, { presence: true });
  await until('the reason', () => client.connection.state.waitsFor === 'limit');
  expect(client.connection.state).toMatchObject({
    error: {
      code: 'RATE_LIMITED',
      message: expect.stringMatching(/at most 1024 bytes of ids .* make it (1584|2112)$/),
    },
    until: expect.any(Number),
  });
  await client.unwatchUsers(many.slice(1));
  await watching;
  expect(client.connection.state).toEqual({ status: 'connected', transport: 'ws' });
  const heard: string[] = [];
  client.on('user.created', ({ user }) => heard.push(user.id));
  const backEndOfOne = createServerClient({ url: one.url, secret: SECRET });
  await backEndOfOne.upsertUsers([{ id: ids[0]! }, { id: ids[2]! }, { id: ids[3]! }]);
  await until('the events', () => heard.length === 2);
  expect(heard.sort()).toEqual([ids[0], ids[2]]);
  await backEndOfOne.disconnect();
  await client.disconnectUser();
  await one.stop();
});

it('a listener that hears that a user was deactivated does not hear afterwards that it is online', async () => {
  const ids = Array.from({ length: ROUNDS }, (_, round) => `brief-${round}`);
  await backEnd.upsertUsers(ids.map(id => ({ id })));
  const heard = new Map(ids.map(id => [id, [] as string[]]));
  const events = backEnd.on('user.deactivated', ({ user }) => heard.get(user.id)?.push('deactivated'));
  await events.ready;
  const stop = new AbortController();
  const presence = backEnd.watchPresence(ids, { signal: stop.signal });
  const reading = (async () => {
    for await (const { user } of presence) heard.get(user.id)?.push(user.online ? 'online' : 'offline');
  })();
  await presence.ready;
  const clients = await Promise.all(
    ids.map(async (id, round) => {
      const client = createClient({ url: server.url });
      await client.connectUser({ id }, await backEnd.createToken(id));
      // Before and after the moment at which presence is written, and sent.
      await sleep(round * 150);
      await backEnd.deactivateUser(id);
      return client;
    }),
  );
  await until('every deactivation', () => [...heard.values()].every(one => one.includes('deactivated')));
  // Longer than any presence takes to be written and sent.
  await sleep(3000);
  stop.abort();
  await reading;
  for (const [id, states] of heard) {
    expect(states.slice(states.indexOf('deactivated')), id).not.toContain('online');
    expect(states.filter(state => state !== 'deactivated').at(-1), id).toBe('offline');
  }
  await Promise.all(clients.map(client => client.disconnectUser()));
  events.unsubscribe();
});
