import { createHash } from 'node:crypto';
import { type Client, createClient } from '@rollcall/client';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EventCollector } from '../support/listeners/event-collector.js';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';

const ALL_HARD = { user: 'hard', messages: 'hard', conversations: 'hard', calls: 'hard' } as const;

let process: ServerProcess;
let server: ServerClient;

beforeAll(async () => {
  process = await startServerProcess();
  server = createServerClient({ url: process.url, secret: SECRET });
  await server.upsertUsers([{ id: 'boss', role: 'admin' }, { id: 'friend' }, { id: 'heir' }]);
});

afterAll(async () => {
  await server.disconnect();
  expect(await process.stop()).toBe(0);
});

async function connect(id: string): Promise<Client> {
  const client = createClient({ url: process.url });
  await client.connectUser({ id }, await server.createToken(id));
  return client;
}

/** A user with two messages in a group and one in a channel of two, both with `friend`. */
async function talkative(id: string): Promise<void> {
  await server.upsertUser({ id, name: id.toUpperCase() });
  const group = `room:of-${id}`;
  await server.chat.createChannel({
    type: 'room',
    id: `of-${id}`,
    members: ['friend', 'boss'],
    user_id: id,
  });
  for (const text of ['one', 'two']) await server.chat.sendMessage({ cid: group, user_id: id, text });
  const { channel } = await server.chat.createChannel({ type: 'dm', members: ['friend'], user_id: id });
  await server.chat.sendMessage({ cid: channel.cid, user_id: id, text: 'three' });
}

/** The texts that others read in the group of a user. */
async function textsOf(id: string): Promise<(string | undefined)[]> {
  const { messages } = await server.chat.queryMessages({ cid: `room:of-${id}`, user_id: 'friend' });
  return messages.map(message => message.text).sort();
}

const endOf = async ({ task_id }: { task_id: string }) => {
  const task = await server.waitForTask(task_id);
  expect(task).toMatchObject({ status: 'completed', progress: { failed: 0 } });
  return task;
};

it('is for servers only, whatever the role of a user', async () => {
  const boss = await connect('boss');
  const { users } = boss.api;
  const one = { id: 'friend' };
  const many = { ids: ['friend'] };
  const calls: [string, () => Promise<unknown>][] = [
    ['deactivate', () => users.deactivate.mutate(one)],
    ['deactivateMany', () => users.deactivateMany.mutate(many)],
    ['reactivate', () => users.reactivate.mutate(one)],
    ['reactivateMany', () => users.reactivateMany.mutate(many)],
    ['deleteMany', () => users.deleteMany.mutate(many)],
    ['previewDelete', () => users.previewDelete.query(many)],
    ['restoreMany', () => users.restoreMany.mutate(many)],
    ['exportOne', () => users.exportOne.query(one)],
    ['exportMany', () => users.exportMany.mutate(many)],
    ['act', () => users.act.mutate({ filter: {}, action: { type: 'deactivate' }, options: { max: 9 } })],
    ['previewAct', () => users.previewAct.query({ filter: {}, action: { type: 'deactivate' } })],
  ];
  for (const [name, call] of calls) {
    await expect(call(), name).rejects.toMatchObject({ data: { code: 'NOT_ALLOWED' } });
  }
  await boss.disconnectUser();
  expect((await server.listTasks()).tasks).toEqual([]);
});

it('hides what a deactivated user wrote, and shows it again, only where that is asked for', async () => {
  await talkative('quiet');
  await server.deactivateUser('quiet');
  expect(await textsOf('quiet')).toEqual(['one', 'two']);
  await server.deactivateUser('quiet', { mark_messages_deleted: true, created_by_id: 'boss' });
  await expect.poll(() => textsOf('quiet')).toEqual([]);
  await endOf(await server.reactivateUsers(['quiet'], { restore_messages: true }));
  expect(await textsOf('quiet')).toEqual(['one', 'two']);
});

it('names in the events on whose behalf it was done, and refuses somebody who is not there', async () => {
  await server.upsertUser({ id: 'leaver' });
  const { position } = await server.queryUsers({ id: 'leaver' });
  const heard = new EventCollector(server, { user_ids: ['leaver'], lastEventId: position });
  await server.deactivateUser('leaver', { created_by_id: 'boss' });
  await server.deleteUser('leaver', { created_by_id: 'boss' });
  await heard.count(2);
  await heard.stop();
  const [deactivated, deleted] = heard.events;
  expect(deactivated).toMatchObject({ type: 'user.deactivated', actor: { type: 'user', id: 'boss' } });
  expect(deleted).toMatchObject({
    type: 'user.deleted',
    actor: { type: 'user', id: 'boss' },
    modes: { user: 'soft' },
  });
  const nobody = { created_by_id: 'nobody' };
  for (const call of [
    () => server.deactivateUser('friend', nobody),
    () => server.deleteUsers(['friend'], nobody),
    () => server.previewDeleteUsers(['friend'], nobody),
    () => server.restoreUsers(['leaver'], nobody),
    () => server.exportUsers(['friend'], nobody),
  ]) {
    await expect(call()).rejects.toMatchObject({ code: 'USER_NOT_FOUND', field: 'created_by_id' });
  }
});

it('refuses modes that do not go together, a lost heir and unknown users, before anything changes', async () => {
  const refused = (options: object, ids = ['friend']) =>
    Promise.all(
      [server.deleteUsers(ids, options), server.previewDeleteUsers(ids, options)].map(call =>
        call.then(
          () => 'accepted',
          error => `${error.code} ${error.field}`,
        ),
      ),
    );
  const twice = (reason: string) => [reason, reason];
  expect(await refused({ user: 'hard' })).toEqual(twice('INPUT_INVALID messages'));
  expect(await refused({ user: 'hard', messages: 'hard' })).toEqual(twice('INPUT_INVALID conversations'));
  expect(await refused({ calls: 'pruning' })).toEqual(twice('INPUT_INVALID calls'));
  const heir = 'new_channel_owner_id';
  expect(await refused({ [heir]: 'heir' })).toEqual(twice(`INPUT_INVALID ${heir}`));
  expect(await refused({ ...ALL_HARD, [heir]: 'friend' })).toEqual(twice(`INPUT_INVALID ${heir}`));
  expect(await refused({ ...ALL_HARD, [heir]: 'nobody' })).toEqual(twice(`USER_NOT_FOUND ${heir}`));
  expect(await refused({}, ['friend', 'nobody'])).toEqual(twice('USER_NOT_FOUND ids'));
  expect(await refused({}, [])).toEqual(twice('INPUT_INVALID ids'));
  const { users } = await server.queryUsers({ id: 'friend' }, [], { include_deleted_users: true });
  expect(users[0]).not.toHaveProperty('deleted_at');
});

it('brings back a soft-deleted user, and what was deleted with it when that is asked for', async () => {
  await talkative('back');
  await endOf(await server.deleteUser('back', { messages: 'soft', conversations: 'soft' }));
  expect(await textsOf('back')).toEqual([]);
  await endOf(await server.restoreUsers(['back']));
  expect(await textsOf('back')).toEqual([]);
  await endOf(await server.deleteUser('back', { messages: 'soft' }));
  await endOf(await server.restoreUsers(['back'], { restore_content: true }));
  expect(await textsOf('back')).toEqual(['one', 'two']);
});

it('hard-deletes what it said it would, and calls the user by its tombstone from then on', async () => {
  await talkative('gone');
  const gone = await connect('gone');
  const modes = { ...ALL_HARD, new_channel_owner_id: 'heir' };
  const { users, products } = await server.previewDeleteUsers(['gone'], modes);
  expect([users, products]).toMatchObject([1, { chat: { messages: 3, channels: 1 } }]);
  const closed = new Promise(resolve => {
    gone.connection.subscribe(state => state.status === 'disconnected' && resolve(state.error?.code));
  });
  const { result } = await endOf(await server.deleteUser('gone', modes));
  const digest = createHash('sha256').update('rollcall tombstone\ngone').digest('hex');
  expect(result?.users).toEqual({
    [`deleted-${digest.slice(0, 32)}`]: { status: 'done', details: products },
  });
  expect(await textsOf('gone')).toEqual([]);
  expect(await server.chat.getChannel({ cid: 'room:of-gone' })).toMatchObject({
    channel: { owner_id: 'heir' },
  });
  expect(await closed).toBe('USER_DELETED');
});

it('refuses a user who was erased, whichever way it comes', async () => {
  const token = await server.createToken('gone');
  const refusal = { code: 'USER_DELETED' };
  await expect(createClient({ url: process.url }).connectUser({ id: 'gone' }, token)).rejects.toMatchObject(
    refusal,
  );
  await expect(server.upsertUser({ id: 'gone' })).rejects.toMatchObject(refusal);
  await expect(server.exportUsers(['gone'])).rejects.toMatchObject({ ...refusal, index: 0 });
  await expect(server.restoreUsers(['friend', 'gone'])).rejects.toMatchObject({ ...refusal, index: 1 });
  const headers = { authorization: `Bearer ${token}` };
  const call = await fetch(`${process.url}/trpc/users.query?input=%7B%7D`, { headers });
  expect(await call.json()).toMatchObject({ error: { data: refusal } });
  const stream = await fetch(`${process.url}/trpc/live.events`, {
    headers: { ...headers, accept: 'text/event-stream' },
  });
  expect(await stream.text()).toMatch(/^event: serialized-error\ndata: .*"code":"USER_DELETED"/m);
});
