/** What the types of the client accept of typed custom data, a server carries out. */
import { type Client, createClient } from '@rollcall/client';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';
import * as typed from '../support/typed-custom-data.js';

let process: ServerProcess;
let server: ServerClient<typed.Custom>;
let client: Client<typed.Custom>;

beforeAll(async () => {
  process = await startServerProcess();
  server = createServerClient<typed.Custom>({ url: process.url, secret: SECRET });
  client = createClient<typed.Custom>({ url: process.url });
  await client.connectUser({ id: 'kim' }, await server.createToken('kim'));
});

beforeEach(() => server.upsertUser(typed.JANE));

afterAll(async () => {
  await client?.disconnectUser();
  await server?.disconnect();
  await process?.stop();
});

it.each(typed.FINDING_JANE)('a filter that the types accept finds what it names: %j', async filter => {
  const { users } = await server.queryUsers(filter);
  expect(users.map(user => user.id)).toEqual(['jane']);
  expect(await client.countUsers(filter)).toEqual({ count: 1, more: false });
});

it.each(typed.SORTS.map(sort => ({ sort })))('so does a sort: $sort', async ({ sort }) => {
  expect((await client.queryUsers({ id: 'jane' }, sort)).users).toHaveLength(1);
});

it.each(typed.UPDATES)('an update that the types accept is written: %j', async update => {
  expect((await server.partialUpdateUser({ id: 'jane', ...update })).id).toBe('jane');
});

it.each([...typed.REFUSED.entries()])('what a server refuses, the types refuse: %i', async (_, call) => {
  await expect(call(server)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
});

it('what only the types can know to be a mistake, a server takes as it is', async () => {
  for (const call of typed.MISTAKEN) await call(server);
});

it('without a type any path is accepted, and a client of some custom data is one of any', async () => {
  for (const call of typed.OPEN) await call(server as ServerClient<object> as ServerClient);
  for (const call of typed.OF_ANY) await call(server, client);
  for (const call of typed.AS_JSON) expect(call(server as ServerClient<object> as ServerClient)).toBe(server);
});
