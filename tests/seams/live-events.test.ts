import { createClient, RollcallError } from '@rollcall/client';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { RUNS_WHOLE } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EventCollector } from '../support/listeners/event-collector.js';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';
import { until } from '../support/until.js';

/** How often the server is killed. Each time a client waits longer before it looks for the server again. */
const KILLS = RUNS_WHOLE ? 3 : 1;

let process: ServerProcess;
let server: ServerClient;

beforeEach(async () => {
  process = await startServerProcess();
  server = createServerClient({ url: process.url, secret: SECRET });
});

afterEach(async () => {
  await server.disconnect();
  await process.stop();
});

/** A listener that certainly hears everything from now on. */
async function listenFromNow(options: Record<string, unknown> = {}): Promise<EventCollector> {
  const { position } = await server.queryUsers({}, [], { limit: 1 });
  return new EventCollector(server, { lastEventId: position, ...options });
}

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

it('delivers every event once and in order while the server is killed and comes back', async () => {
  const listener = await listenFromNow();
  const acknowledged: string[] = [];
  for (let round = 0; round < KILLS; round++) {
    for (let index = 0; index < 50; index++) {
      const id = `u-${round}-${index}`;
      await server.upsertUser({ id });
      acknowledged.push(id);
    }
    await process.crash();
    await process.restart();
  }
  await server.upsertUser({ id: 'last' });
  await listener.count(acknowledged.length + 1, 60_000);
  expect(listener.positions).toEqual(numbers(1, acknowledged.length + 1));
  expect(listener.names).toEqual([...acknowledged, 'last'].map(id => `user.created ${id}`));
  await listener.stop();
});

it('resumes after an event that was kept, on another connection', async () => {
  const first = await listenFromNow();
  await server.upsertUsers([{ id: 'a' }, { id: 'b' }, { id: 'c' }]);
  await first.count(3);
  await first.stop();
  await server.upsertUsers([{ id: 'd' }]);
  const second = new EventCollector(server, { lastEventId: first.events[1]?.id });
  await second.count(2);
  expect(second.names).toEqual(['user.created c', 'user.created d']);
  await second.stop();
});

it('asks a listener of another log to read afresh, once, and goes on from there', async () => {
  await server.upsertUser({ id: 'before' });
  const listener = new EventCollector(server, { lastEventId: 'otherlog.1' });
  await listener.count(1);
  await server.upsertUser({ id: 'after' });
  await listener.count(2);
  expect(listener.names).toEqual(['resync', 'user.created after']);
  await listener.stop();
});

it('follows a filter: tells when somebody enters the set, changes in it, and leaves it', async () => {
  const listener = await listenFromNow({ filter: { teams: { $contains: 'red' }, banned: true } });
  await server.upsertUser({ id: 'jane', teams: ['red'] });
  await server.upsertUser({ id: 'john', teams: ['blue'], banned: true });
  await server.partialUpdateUser({ id: 'jane', set: { banned: true } });
  await server.partialUpdateUser({ id: 'jane', set: { name: 'Jane' } });
  await server.partialUpdateUser({ id: 'jane', set: { teams: ['blue'] } });
  await server.partialUpdateUser({ id: 'jane', set: { name: 'Gone' } });
  await listener.count(3);
  expect(listener.events.map(event => [event.type, 'matched' in event && event.matched])).toEqual([
    ['user.banned', { before: false, after: true }],
    ['user.updated', { before: true, after: true }],
    ['user.updated', { before: true, after: false }],
  ]);
  await listener.stop();
});

it('sends a user its own events and those of the users it watches, and nothing else', async () => {
  await server.upsertUsers([{ id: 'jane' }, { id: 'john' }, { id: 'jim' }]);
  const client = createClient({ url: process.url });
  await client.connectUser({ id: 'jane' }, await server.createToken('jane'));
  const heard: string[] = [];
  client.on(event => {
    if ('user' in event) heard.push(`${event.type} ${event.user.id}`);
  });
  await client.watchUsers(['john']);
  await server.partialUpdateUser({ id: 'jim', set: { name: 'Jim' } });
  await server.partialUpdateUser({
    id: 'john',
    set: { name: 'John', privacy_settings: { read_receipts: { enabled: false } } },
  });
  await server.partialUpdateUser({ id: 'john', set: { shadow_banned: true } });
  await server.partialUpdateUser({ id: 'jane', set: { name: 'Jane' } });
  await until('two events', () => heard.length >= 2);
  expect(heard).toEqual(['user.updated john', 'user.updated jane']);
  await client.unwatchUsers(['john']);
  await server.partialUpdateUser({ id: 'john', set: { name: 'Johnny' } });
  await server.partialUpdateUser({ id: 'jane', set: { name: 'Janet' } });
  await until('three events', () => heard.length >= 3);
  expect(heard.slice(2)).toEqual(['user.updated jane']);
  await client.disconnectUser();
});

it('follows the users that a query found, from the moment of the query, and again after a reconnect', async () => {
  await server.upsertUsers([{ id: 'jane' }, { id: 'john', team: 'red' }, { id: 'jim', team: 'blue' }]);
  const client = createClient({ url: process.url });
  await client.connectUser({ id: 'jane' }, await server.createToken('jane'));
  const heard: string[] = [];
  client.on('user.updated', event => heard.push(event.user.id));
  const { users } = await client.queryUsers({ team: 'red' }, [], { watch: true });
  expect(users.map(user => user.id)).toEqual(['john']);
  await server.partialUpdateUser({ id: 'john', set: { name: 'one' } });
  await until('one event', () => heard.length >= 1);
  await process.crash();
  await process.restart();
  await server.partialUpdateUser({ id: 'jim', set: { name: 'two' } });
  await server.partialUpdateUser({ id: 'john', set: { name: 'two' } });
  await until('two events', () => heard.length >= 2, 60_000);
  expect(heard).toEqual(['john', 'john']);
  await client.disconnectUser();
});

it('delivers over server-sent events where WebSocket is not to be had', async () => {
  const sse = createServerClient({ url: process.url, secret: SECRET, transport: 'sse' });
  const { position } = await server.queryUsers({}, [], { limit: 1 });
  const listener = new EventCollector(sse, { lastEventId: position });
  for (let index = 0; index < 20; index++) await server.upsertUser({ id: `u-${index}` });
  await listener.count(20);
  await process.crash();
  await process.restart();
  await server.upsertUser({ id: 'last' });
  await listener.count(21, 60_000);
  expect(listener.positions).toEqual(numbers(1, 21));
  await listener.stop();
  await sse.disconnect();
});

it('closes the connection of a user who is deactivated, who then cannot call anything', async () => {
  const client = createClient({ url: process.url });
  await client.connectUser({ id: 'jane' }, await server.createToken('jane'));
  await until('jane is online', async () => (await server.queryUsers({ online: true })).users.length === 1);
  await server.deactivateUser('jane');
  await until(
    'jane is offline',
    async () =>
      (await server.queryUsers({ online: true }, [], { include_deactivated_users: true })).users.length === 0,
    5000,
  );
  await expect(client.queryUsers({})).rejects.toBeInstanceOf(RollcallError);
  await client.disconnectUser();
  const again = createClient({ url: process.url });
  await expect(again.connectUser({ id: 'jane' }, await server.createToken('jane'))).rejects.toMatchObject({
    code: 'USER_DEACTIVATED',
  });
});
