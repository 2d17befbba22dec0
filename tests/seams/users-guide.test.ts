import { createClient } from '@rollcall/client';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EventCollector } from '../support/listeners/event-collector.js';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';

let process: ServerProcess;
let server: ServerClient;

beforeAll(async () => {
  process = await startServerProcess();
  server = createServerClient({ url: process.url, secret: SECRET });
});

afterAll(async () => {
  await server.disconnect();
  expect(await process.stop()).toBe(0);
});

const find = async (id: string) => (await server.queryUsers({ id })).users[0];

it('creates a user with only an id', async () => {
  const { users } = await server.upsertUsers([{ id: 'only-id' }]);
  expect(users['only-id']).toMatchObject({ id: 'only-id', role: 'user', teams: [], custom: {}, revision: 1 });
});

it('replaces the existing data: what the second call does not name is gone', async () => {
  await server.upsertUser({ id: 'jane', role: 'admin', book: 'dune' });
  expect(await find('jane')).toMatchObject({ role: 'admin', custom: { book: 'dune' } });
  await server.upsertUser({ id: 'jane', role: 'admin' });
  expect((await find('jane'))?.custom).toEqual({});
});

it('sets and unsets by dotted paths', async () => {
  await server.upsertUser({ id: 'parts', field: { unset: 1, kept: 2 }, field2: { a: 1 } });
  const user = await server.partialUpdateUser({
    id: 'parts',
    set: { role: 'admin', field3: { text: 'value' }, 'field2.subfield': 'test' },
    unset: ['field.unset'],
  });
  expect(user).toMatchObject({
    role: 'admin',
    custom: { field: { kept: 2 }, field2: { a: 1, subfield: 'test' }, field3: { text: 'value' } },
  });
});

it('takes batches of 100 and refuses the 101st user', async () => {
  const users = Array.from({ length: 101 }, (_, index) => ({ id: `batch-${index}` }));
  await expect(server.upsertUsers(users)).rejects.toMatchObject({
    name: 'RollcallError',
    code: 'INPUT_INVALID',
    field: 'users',
  });
  expect((await server.queryUsers({ id: { $in: users.map(user => user.id) } })).users).toEqual([]);
  const answer = await server.upsertUsers(users.slice(0, 100));
  expect(Object.keys(answer.users)).toHaveLength(100);
});

it('changes nothing when one user of a batch is bad, and names the first error with index and field', async () => {
  const call = server.upsertUsers([
    { id: 'fine' },
    { id: 'also-fine' },
    { id: 'bad', image: 'not a url' },
    { id: 'no spaces' },
  ]);
  await expect(call).rejects.toMatchObject({
    code: 'INPUT_INVALID',
    index: 2,
    field: 'image',
    issues: [{ index: 2 }, { index: 3, field: 'id' }],
  });
  expect(await find('fine')).toBeUndefined();
});

it('lets a browser user come into being by connecting, merge, and never change its role', async () => {
  const { position } = await server.queryUsers({}, [], { limit: 1 });
  const events = new EventCollector(server, { lastEventId: position });
  const token = await server.createToken('lazy');

  const first = createClient({ url: process.url });
  expect(await first.connectUser({ id: 'lazy', name: 'Lazy', book: 'dune' }, token)).toMatchObject({
    name: 'Lazy',
    role: 'user',
    custom: { book: 'dune' },
  });
  await first.disconnectUser();

  const second = createClient({ url: process.url });
  expect(await second.connectUser({ id: 'lazy', language: 'en' }, token)).toMatchObject({
    name: 'Lazy',
    language: 'en',
    custom: { book: 'dune' },
  });
  await second.disconnectUser();

  const third = createClient({ url: process.url });
  await expect(third.connectUser({ id: 'lazy', role: 'admin' }, token)).rejects.toMatchObject({
    code: 'NOT_ALLOWED',
    field: 'role',
  });
  const untouched = await third.connectUser({ id: 'lazy' }, token);
  expect(untouched).toMatchObject({ name: 'Lazy', language: 'en', custom: { book: 'dune' }, revision: 2 });
  await third.disconnectUser();

  await server.upsertUser({ id: 'after-lazy' });
  await events.count(3);
  expect(events.names).toEqual(['user.created lazy', 'user.updated lazy', 'user.created after-lazy']);
  await events.stop();
});

it('keeps server-only calls from a user token, whatever the role', async () => {
  await server.upsertUser({ id: 'boss', role: 'admin' });
  const client = createClient({ url: process.url });
  await client.connectUser({ id: 'boss' }, await server.createToken('boss'));
  await expect(client.api.users.upsert.mutate({ users: [{ id: 'x' }] })).rejects.toMatchObject({
    data: { code: 'NOT_ALLOWED' },
  });
  await client.disconnectUser();
});
