/**
 * The ids that people bring along: e-mail addresses, and ids of other systems. Each lives a whole life through the
 * client: in calls, in live events, in content, in an export, as somebody whom others name, and after its erasure.
 */
import { createClient } from '@rollcall/client';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { LIMITS } from '@rollcall/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EventCollector } from '../support/listeners/event-collector.js';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';

const ODD_IDS = [
  'jane.doe+news@example.com',
  'auth0|64f1c0ffee',
  'urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66',
  '...',
  '|',
  ':',
  'user.created',
  '__proto__',
  '+|:.'.repeat(64).slice(0, LIMITS.userIdLength),
];

let process: ServerProcess;
let server: ServerClient;

beforeAll(async () => {
  process = await startServerProcess();
  server = createServerClient({ url: process.url, secret: SECRET });
  await server.upsertUsers([{ id: 'friend' }, { id: 'heir' }]);
});

afterAll(async () => {
  await server.disconnect();
  expect(await process.stop()).toBe(0);
});

it.each(ODD_IDS)('takes %s through a whole life', async id => {
  const { position } = await server.queryUsers({}, [], { limit: 1 });
  const events = new EventCollector(server, { lastEventId: position, user_ids: [id] });

  const browser = createClient({ url: process.url });
  const me = await browser.connectUser({ id, name: 'Odd', book: 'dune' }, await server.createToken(id));
  expect(me).toMatchObject({ id, name: 'Odd', custom: { book: 'dune' } });
  expect(
    Object.keys((await server.upsertUsers([{ id, name: 'Odd', book: 'dune', teams: ['red'] }])).users),
  ).toEqual([id]);
  await server.partialUpdateUser({ id, set: { 'shelf.colour': 'red' } });
  await browser.blockUser('friend');
  await server.blockUser(id, 'friend');
  await server.unblockUser(id, 'friend');
  await server.addDevice({ id: 'phone', push_provider: 'apn' }, id);
  await server.banUser(id, { reason: 'a test', banned_by_id: 'friend' });
  await server.unbanUser(id);

  const found = await server.queryUsers({ id });
  expect(found.users).toMatchObject([
    { id, custom: { book: 'dune', shelf: { colour: 'red' } }, blocked_user_ids: ['friend'] },
  ]);
  const all: string[] = [];
  for await (const user of server.queryUsersAll(
    { id: { $in: [id, 'friend', 'heir'] } },
    [{ field: 'id', direction: 1 }],
    { limit: 1 },
  )) {
    all.push(user.id);
  }
  expect(all).toEqual(['friend', 'heir', id].sort());
  const after = await server.queryUsers({}, [{ field: 'id', direction: 1 }], { id_gte: id, limit: 1 });
  expect(after.users.map(user => user.id)).toEqual([id]);
  const [word] = /[a-z0-9]+/.exec(id) ?? [];
  if (word) {
    const { users } = await server.queryUsers({ id: { $autocomplete: word } }, [], { limit: 100 });
    expect(users.map(user => user.id)).toContain(id);
  }

  await server.unblockUser('friend', id);
  const { channel } = await browser.chat.createChannel({ type: 'messaging', members: ['friend'] });
  await browser.chat.sendMessage({ cid: channel.cid, text: 'hello' });
  await server.feeds.addActivity({ user_id: id, verb: 'like', object: 'post:1' });
  expect((await server.exportUser(id)).user.id).toBe(id);
  const exported = await server.waitForTask((await server.exportUsers([id])).task_id);
  expect(exported).toMatchObject({ status: 'completed', result: { export: { bytes: expect.any(Number) } } });

  await server.deactivateUser(id);
  await server.reactivateUser(id);
  await browser.disconnectUser();
  await server.blockUser(id, 'friend');
  const hard = { user: 'hard', messages: 'hard', conversations: 'hard', calls: 'hard' } as const;
  const erased = await server.waitForTask((await server.deleteUser(id, hard)).task_id);
  expect(erased).toMatchObject({ status: 'completed', progress: { done: 1, failed: 0 } });
  expect((await server.queryUsers({ id }, [], { include_deleted_users: true })).users).toEqual([]);
  expect((await server.queryUsers({ id: 'friend' })).users).toMatchObject([{ blocked_user_ids: [] }]);
  await expect(server.upsertUsers([{ id }])).rejects.toMatchObject({
    code: 'USER_DELETED',
    index: 0,
    field: 'id',
  });
  const history = await server.api.users.history.query({ user_id: id });
  expect(history.events.length).toBeGreaterThan(5);
  const named = history.events.flatMap(({ actor, ...event }) => [
    actor.id,
    ...('user' in event ? [event.user.id, ...(event.user.blocked_user_ids ?? [])] : []),
    ...('target_id' in event ? [event.target_id] : []),
  ]);
  expect(named.filter(one => one === id)).toEqual([]);

  expect(events.names.slice(0, 4)).toEqual([
    `user.created ${id}`,
    `user.updated ${id}`,
    `user.updated ${id}`,
    `user.blocked ${id}`,
  ]);
  await events.stop();
});

it.each(['.', '..', 'a b', 'a/b', 'ä', ''])(
  'refuses the id "%s" with the rule, and changes nothing',
  async id => {
    const rule = /1–255 characters of A-Z a-z 0-9 @ _ - \. : \+ \|/;
    await expect(server.upsertUsers([{ id }])).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      index: 0,
      field: 'id',
      message: expect.stringMatching(rule),
    });
    await expect(server.createToken(id)).rejects.toMatchObject({ message: expect.stringMatching(rule) });
  },
);
