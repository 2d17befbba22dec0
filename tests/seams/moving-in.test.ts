import { createClient } from '@rollcall/client';
import {
  createServerClient,
  type ImportFailure,
  type ServerClient,
  type UserAsIs,
} from '@rollcall/client/server';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
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

/** Lines of an export as hosted services write it: custom data at the top, ISO times, null for values that are missing. */
const EXPORT = `
{"id":"ann@example.com","name":"Ann","role":"admin","language":"en","teams":["red"],"teams_role":{"red":"admin"},"created_at":"2021-03-04T05:06:07.123456Z","updated_at":"2024-01-02T03:04:05.678901Z","last_active":"2024-01-02T03:04:05.678901Z","deactivated_at":null,"deleted_at":null,"revoke_tokens_issued_before":null,"banned":false,"shadow_banned":false,"ban_expires":null,"online":true,"invisible":false,"devices":[{"id":"d-1","push_provider":"apn","push_provider_name":null,"created_at":"2023-01-01T00:00:00Z","user_id":"ann@example.com"}],"blocked_user_ids":["auth0|ben"],"favourite_colour":"green","age":41,"address":{"city":"Rome"}}
{"id":"auth0|ben","name":"","image":null,"role":"user","language":null,"teams":null,"created_at":"2022-01-01T00:00:00Z","last_active":null,"banned":true,"ban_expires":"2099-01-01T00:00:00Z","shadow_banned":false,"devices":[],"blocked_user_ids":["ann@example.com"],"tags":["a","b"]}
{"id":"carl","role":"admin","created_at":"2020-01-01T00:00:00Z","deactivated_at":"2023-02-03T04:05:06Z","revoke_tokens_issued_before":"2023-02-03T04:05:06Z","shadow_banned":true}
`;
const exported = () =>
  EXPORT.trim()
    .split('\n')
    .map(line => JSON.parse(line) as UserAsIs);

it('refuses a user who was deactivated elsewhere and would be active here, and stores all others', async () => {
  const failures: unknown[] = [];
  const onError = ({ index, user, error }: ImportFailure<{ id: string }>) =>
    void failures.push([index, user.id, error.field]);
  const plain = exported().map(({ id, role, deactivated_at }) => ({
    id,
    role: role ?? 'user',
    ...(deactivated_at !== undefined && { deactivated_at }),
  }));
  expect(await server.importUsers(plain, { onError })).toMatchObject({ created: 2, failed: 1 });
  expect(failures).toEqual([[2, 'carl', 'deactivated_at']]);
});

it('takes the export of another service as people have it, and repeats it without a change', async () => {
  expect(await server.importUsers(exported(), { as_is: true })).toEqual({
    created: 1,
    updated: 2,
    unchanged: 0,
    failed: 0,
  });
  const { users } = await server.queryUsers({}, [{ field: 'id', direction: 1 }], {
    include_deactivated_users: true,
  });
  expect(users).toMatchObject([
    {
      id: 'ann@example.com',
      created_at: Date.parse('2021-03-04T05:06:07.123Z'),
      blocked_user_ids: ['auth0|ben'],
      custom: { favourite_colour: 'green', age: 41, address: { city: 'Rome' } },
    },
    {
      id: 'auth0|ben',
      teams: [],
      banned: true,
      blocked_user_ids: ['ann@example.com'],
      custom: { tags: ['a', 'b'] },
    },
    { id: 'carl', role: 'admin', deactivated_at: Date.parse('2023-02-03T04:05:06Z'), shadow_banned: true },
  ]);
  expect(await server.importUsers(exported(), { as_is: true })).toMatchObject({ unchanged: 3 });
  const carl = createClient({ url: process.url });
  await expect(carl.connectUser({ id: 'carl' }, await server.createToken('carl'))).rejects.toMatchObject({
    code: 'USER_DEACTIVATED',
  });
});

it('closes the connections of a user who is written deactivated, and tells it like a deactivation', async () => {
  await server.upsertUser({ id: 'dora' });
  const dora = createClient({ url: process.url });
  await dora.connectUser({ id: 'dora' }, await server.createToken('dora'));
  const { position } = await server.queryUsers({}, [], { limit: 1 });
  const events = new EventCollector(server, { lastEventId: position, user_ids: ['dora'] });
  await server.importUsers([{ id: 'dora', deactivated_at: Date.now() }], { as_is: true });
  await expect
    .poll(() => dora.connection.state)
    .toMatchObject({ status: 'disconnected', error: { code: 'USER_DEACTIVATED' } });
  await expect
    .poll(() => events.names.filter(name => !name.includes('presence')))
    .toEqual(['user.deactivated dora']);
  await events.stop();
  await dora.disconnectUser();
});

it('tells a thousand refused users in one round of ten batches', async () => {
  const users = Array.from({ length: 1000 }, (_, index) => ({ id: `refused-${index}`, role: 'ghost' }));
  const refused = new Set<number>();
  const fetched = vi.spyOn(globalThis, 'fetch');
  const result = await server.importUsers(users, { onError: ({ index }) => void refused.add(index) });
  expect(result).toEqual({ created: 0, updated: 0, unchanged: 0, failed: 1000 });
  expect(refused.size).toBe(1000);
  expect(fetched).toHaveBeenCalledTimes(10);
  fetched.mockRestore();
});
