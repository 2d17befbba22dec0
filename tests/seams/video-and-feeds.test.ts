import { type Client, createClient } from '@rollcall/client';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';

let process: ServerProcess;
let server: ServerClient;
let ann: Client;
let ben: Client;

beforeAll(async () => {
  process = await startServerProcess();
  server = createServerClient({ url: process.url, secret: SECRET });
  await server.upsertUsers([
    { id: 'ann', name: 'Ann' },
    { id: 'ben' },
    { id: 'cat' },
    { id: 'guest', role: 'guest' },
  ]);
  ann = await connect('ann');
  ben = await connect('ben');
});

afterAll(async () => {
  await ann.disconnectUser();
  await ben.disconnectUser();
  await server.disconnect();
  expect(await process.stop()).toBe(0);
});

async function connect(id: string): Promise<Client> {
  const client = createClient({ url: process.url });
  await client.connectUser({ id }, await server.createToken(id));
  return client;
}

it('takes a call from its beginning to its end, and shows everybody the others as they are', async () => {
  const { call: made } = await ann.video.createCall({
    type: 'audio',
    id: 'tea',
    members: ['ben'],
    custom: { about: 'tea' },
  });
  expect(made).toMatchObject({
    cid: 'audio:tea',
    created_by_id: 'ann',
    created_by: { id: 'ann', name: 'Ann' },
    one_to_one: true,
    member_count: 2,
    members: [{ user_id: 'ann' }, { user_id: 'ben', user: { id: 'ben' } }],
    custom: { about: 'tea' },
  });
  expect(JSON.stringify(made)).not.toContain('deleted');
  // What is private stays with its user.
  expect(made.members.map(({ user }) => user.devices)).toEqual([[], undefined]);

  await server.partialUpdateUser({ id: 'ann', set: { name: 'Anna' } });
  const { call: joined } = await ben.video.joinCall({ cid: 'audio:tea' });
  expect(joined).toMatchObject({ started_at: expect.any(Number), members: [{ user: { name: 'Anna' } }, {}] });
  expect(joined.members[1]?.joined_at).toBe(joined.started_at);
  await ben.video.leaveCall({ cid: 'audio:tea' });
  const { call: group } = await ben.video.addCallMembers({ cid: 'audio:tea', members: ['cat'] });
  expect(group).toMatchObject({ one_to_one: false, member_count: 3 });
  const { call: ended } = await ann.video.endCall({ cid: 'audio:tea' });
  expect(ended.ended_at).toEqual(expect.any(Number));
  expect((await server.video.getCall({ cid: 'audio:tea' })).call.ended_at).toBe(ended.ended_at);
  const { calls, next } = await ann.video.queryCalls();
  expect(calls).toMatchObject([{ cid: 'audio:tea', ended_at: ended.ended_at, member_count: 3 }]);
  expect(next).toBeUndefined();
});

it('shows a call to its members and to back ends only', async () => {
  await server.video.createCall({ type: 'audio', id: 'theirs', members: ['cat'], user_id: 'ben' });
  const missing = { code: 'NOT_FOUND', field: 'cid' };
  await expect(ann.video.getCall({ cid: 'audio:theirs' })).rejects.toMatchObject(missing);
  await expect(ann.video.joinCall({ cid: 'audio:theirs' })).rejects.toMatchObject(missing);
  const taken = ann.video.createCall({ type: 'audio', id: 'theirs' });
  await expect(taken).rejects.toMatchObject({ code: 'NOT_ALLOWED', field: 'id' });
  const { calls } = await server.video.queryCalls({ member: 'cat', ended: false });
  expect(calls.map(call => call.id)).toEqual(['theirs']);
});

it('adds activities, finds them page by page, and removes them', async () => {
  const { activity: added } = await ann.feeds.addActivity({
    id: 'one',
    verb: 'like',
    object: 'post:1',
    custom: { stars: 5 },
  });
  expect(added).toEqual({
    id: 'one',
    actor_id: 'ann',
    actor: expect.objectContaining({ id: 'ann', devices: [] }),
    verb: 'like',
    object: 'post:1',
    custom: { stars: 5 },
    created_at: expect.any(Number),
  });
  const { activity: again } = await ann.feeds.addActivity({ id: 'one', verb: 'share', object: 'post:2' });
  expect(again).toEqual({ ...added, actor: expect.objectContaining({ id: 'ann' }) });
  await server.feeds.addActivity({ id: 'two', verb: 'like', object: 'post:1', user_id: 'ben' });

  const first = await ben.feeds.queryActivities({ limit: 1 });
  expect(first.activities.map(({ id }) => id)).toEqual(['two']);
  const second = await ben.feeds.queryActivities({ limit: 1, next: first.next as string });
  expect(second.activities.map(({ id, actor }) => [id, actor.devices])).toEqual([['one', undefined]]);
  expect(second.next).toBeUndefined();

  const foreign = ben.feeds.removeActivity({ id: 'one' });
  await expect(foreign).rejects.toMatchObject({ code: 'NOT_ALLOWED', field: 'id' });
  const { activity: removed } = await ann.feeds.removeActivity({ id: 'one' });
  expect(removed.deleted_at).toEqual(expect.any(Number));
  expect((await server.feeds.queryActivities({ actor_id: 'ann' })).activities).toEqual([]);
});

it('lets a user act in its own name only, and asks a back end in whose', async () => {
  const activity = { verb: 'like', object: 'post:1' };
  await expect(ann.feeds.addActivity({ ...activity, user_id: 'ben' })).rejects.toMatchObject({
    code: 'NOT_ALLOWED',
    field: 'user_id',
  });
  const own = await ann.feeds.addActivity({ ...activity, user_id: 'ann' });
  expect(own.activity.actor_id).toBe('ann');
  const nobody = [
    server.feeds.addActivity(activity),
    server.video.createCall({ type: 'audio' }),
    server.video.joinCall({ cid: 'audio:tea' }),
    server.video.leaveCall({ cid: 'audio:tea' }),
  ];
  const reason = { code: 'INPUT_INVALID', field: 'user_id' };
  await Promise.all(nobody.map(call => expect(call).rejects.toMatchObject(reason)));
});

it('asks the role of a user for its grants', async () => {
  await server.updateAppSettings({ grants: { guest: [] } });
  const guest = await connect('guest');
  const refused = [
    guest.video.createCall({ type: 'audio' }),
    guest.feeds.addActivity({ verb: 'like', object: 'post:1' }),
    guest.feeds.queryActivities(),
  ];
  await Promise.all(refused.map(call => expect(call).rejects.toMatchObject({ code: 'NOT_ALLOWED' })));
  expect(await guest.video.queryCalls()).toEqual({ calls: [] });
  await guest.disconnectUser();
});

it('refuses what has not the form, and says where', async () => {
  const call = (input: object) => ann.video.createCall({ type: 'audio', ...input });
  await expect(call({ type: 'a b' })).rejects.toMatchObject({ code: 'INPUT_INVALID', field: 'type' });
  await expect(call({ members: ['ben', 'ben'] })).rejects.toMatchObject({ field: 'members' });
  await expect(call({ custom: { a: { 'b.c': 1 } } })).rejects.toMatchObject({ field: 'custom.a' });
  await expect(call({ surprise: 1 })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  await expect(call({ members: ['nobody'] })).rejects.toMatchObject({ code: 'USER_NOT_FOUND', index: 0 });
});
