import type { Actor } from '@rollcall/protocol';
import { deleteUsersSchema } from '@rollcall/protocol/schemas';
import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Settings } from '../../src/settings/settings.js';
import { tombstoneOf } from '../../src/users/tombstones.js';
import { LifeCycleFixture } from '../support/life-cycle/life-cycle-fixture.js';
import { rowsWith } from '../support/life-cycle/stored-data.js';
import { SERVER } from '../support/test-directory.js';

const HARD = { user: 'hard', messages: 'hard', conversations: 'hard', calls: 'hard' } as const;

describeOnEveryEngine('a user who was erased', engine => {
  let fixture: LifeCycleFixture;

  beforeEach(async () => {
    fixture = await LifeCycleFixture.open(engine);
    await fixture.users.upsert(SERVER, [
      { id: 'jane', name: 'Jane Secret' },
      { id: 'bob', name: 'Bob' },
      { id: 'carl', name: 'Carl' },
    ]);
  });

  afterEach(() => fixture.close());

  const ask = (actor: Actor, ids: string[], more: object = {}) =>
    fixture.lifeCycle.deleteUsers(actor, deleteUsersSchema.parse({ ids, ...HARD, ...more }));
  const group = (id: string, userId: string) =>
    fixture.chat.createChannel({ viewer: { kind: 'server' }, type: 'team', id, userId, members: ['bob'] });
  const call = (id: string, user_id: string) =>
    fixture.video.createCall(
      { kind: 'server' },
      { type: 'audio', id, members: ['bob', 'carl'], custom: {}, user_id },
    );
  const isNowhere = async () => {
    const dump = await fixture.dump();
    expect([...rowsWith(dump, 'jane'), ...rowsWith(dump, 'Secret')]).toEqual([]);
  };
  const owner = async (id: string) => (await fixture.dump()).channels?.[`team:${id}`]?.owner_id;
  const systemUsers = async () =>
    Object.keys((await fixture.dump()).users ?? {}).filter(id => /^delete-user-[0-9a-f]{16}$/.test(id));

  it('is not named by exports of others that were made before: by a call that both were in', async () => {
    await call('shared', 'jane');
    await fixture.ended(await fixture.exports.exportUsers(SERVER, ['bob']));
    await fixture.ended(await ask(SERVER, ['jane']));
    await isNowhere();
  });

  it('is not quoted by the results of earlier tasks, whether its id goes or stays', async () => {
    const settings = new Settings(fixture.database.unitOfWork);
    for (const user of ['pruning', 'hard'] as const) {
      const id = `quoted-${user}`;
      const name = `Quoted ${user}`;
      await fixture.users.upsert(SERVER, [{ id, name }]);
      await settings.update(SERVER, { enforce_unique_usernames: 'no' });
      await fixture.ended(
        await ask(SERVER, [id], {
          user: 'soft',
          messages: undefined,
          conversations: undefined,
          calls: undefined,
        }),
      );
      await settings.update(SERVER, { enforce_unique_usernames: 'app' });
      await fixture.users.upsert(SERVER, [{ id: `rival-${user}`, name: `quoted-${user}` }]);
      const restoration = await fixture.lifeCycle.restoreUsers(SERVER, [id], false);
      const failed = await fixture.ended(restoration);
      expect(JSON.stringify(failed.result)).toContain(name);
      await fixture.ended(await ask(SERVER, [id], { user }));
      const users = (await fixture.tasks.get(restoration)).result?.users;
      const known = user === 'hard' ? tombstoneOf(id) : id;
      expect(users).toEqual({
        [known]: {
          status: 'failed',
          error: { code: 'USERNAME_TAKEN', message: 'the user was erased later' },
        },
      });
      expect(rowsWith(await fixture.dump(), name)).toEqual([]);
    }
  });

  it('is not named by exports of others that were made before: by a change that it made to them', async () => {
    const rights = { fields: 'server', authorise: () => undefined } as const;
    await fixture.users.partialUpdate(
      { type: 'user', id: 'jane' },
      [{ id: 'bob', set: { met: true } }],
      rights,
    );
    await fixture.ended(await fixture.exports.exportUsers(SERVER, ['bob']));
    await fixture.ended(await ask(SERVER, ['jane']));
    await isNowhere();
  });

  it('is not named by the task that it asked for itself, nor by its events', async () => {
    const viewer = { kind: 'server' } as const;
    await fixture.chat.createChannel({ viewer, type: 'messaging', userId: 'bob', members: ['carl'] });
    const taskId = await ask({ type: 'user', id: 'jane' }, ['jane', 'bob', 'carl']);
    expect(await fixture.ended(taskId)).toMatchObject({
      status: 'completed',
      started_by: { type: 'user', id: tombstoneOf('jane') },
      progress: { done: 3, failed: 0 },
    });
    await isNowhere();
  });

  it('is not named by a task that could not restore it', async () => {
    await fixture.run(`UPDATE app_settings SET settings = '{"enforce_unique_usernames":"app"}'`);
    await fixture.ended(await ask(SERVER, ['jane'], { user: 'soft' }));
    await fixture.users.upsert(SERVER, [{ id: 'bob', name: 'janesecret' }]);
    const failed = await fixture.ended(await fixture.lifeCycle.restoreUsers(SERVER, ['jane'], false));
    expect(failed.progress).toEqual({ done: 0, total: 1, failed: 1 });
    await fixture.users.upsert(SERVER, [{ id: 'bob', name: 'Bob' }]);
    await fixture.ended(
      await ask(SERVER, ['bob'], { user: 'pruning', messages: undefined, conversations: undefined }),
    );
    await fixture.ended(await ask(SERVER, ['jane']));
    await isNowhere();
  });

  it('is not named by the failure of a task that reached it too late', async () => {
    const late = await fixture.lifeCycle.deactivateUsers(SERVER, ['jane'], false);
    const held = await fixture.claim();
    const deletion = await ask(SERVER, ['jane']);
    const row = await fixture.claim();
    await fixture.finish(row);
    await fixture.finish(held);
    expect((await fixture.tasks.get(deletion)).status).toBe('completed');
    const task = await fixture.tasks.get(late);
    expect(task).toMatchObject({ status: 'completed', progress: { done: 0, failed: 1 } });
    expect(Object.keys(task.result?.users ?? {})).toEqual([tombstoneOf('jane')]);
    await isNowhere();
  });

  it('ends an export that it goes into, whether it waits or is under way', async () => {
    await fixture.addActivities('bob', 1000);
    const begun = await fixture.exports.exportUsers(SERVER, ['bob', 'jane']);
    const held = await fixture.step(await fixture.claim());
    expect(held.status).toBe('running');
    const deletion = await ask(SERVER, ['jane']);
    const deleting = await fixture.claim();
    const waits = await fixture.exports.exportUsers(SERVER, ['jane', 'carl']);
    expect(await fixture.finish(deleting)).toMatchObject({ id: deletion, status: 'pending' });
    expect((await fixture.tasks.get(waits)).status).toBe('cancelled');
    expect((await fixture.step(held)).status).toBe('cancelled');
    expect((await fixture.ended(deletion)).status).toBe('completed');
    for (const taskId of [begun, waits]) expect(await fixture.exports.file(taskId)).toBeUndefined();
    expect((await fixture.dump()).export_chunks).toEqual({});
    await isNowhere();
  });

  it('is gone with everything, too, when it was pruned before, or when only its messages were', async () => {
    await fixture.addActivities('jane', 3);
    await group('one', 'jane');
    const viewer = { kind: 'user', userId: 'jane' } as const;
    await fixture.chat.sendMessage({ userId: 'jane', cid: 'team:one', text: 'Secret' });
    const steps = [
      { user: 'soft', messages: 'pruning', conversations: undefined, calls: undefined },
      { user: 'pruning' },
    ];
    for (const step of steps)
      await fixture.ended(await ask(SERVER, ['jane'], { ...step, conversations: undefined }));
    expect((await fixture.users.find(['jane']))[0]).not.toHaveProperty('name');
    expect(await fixture.ended(await ask(SERVER, ['jane']))).toMatchObject({
      progress: { done: 1, failed: 0 },
    });
    await isNowhere();
    await expect(fixture.chat.getChannel(viewer, { cid: 'team:one' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('leaves channels to the heir who was named, each with its event', async () => {
    for (const id of ['one', 'two']) await group(id, 'jane');
    await fixture.newEvents();
    await fixture.ended(await ask(SERVER, ['jane'], { new_channel_owner_id: 'carl' }));
    expect([await owner('one'), await owner('two'), await systemUsers()]).toEqual(['carl', 'carl', []]);
    const updated = (await fixture.newEvents()).filter(({ type }) => type === 'channel.updated');
    expect(updated.map(({ data }) => data)).toEqual(
      ['one', 'two'].map(id => ({
        channel: { cid: `team:${id}`, type: 'team', id, owner_id: 'carl' },
        user_ids: ['carl'],
      })),
    );
  });

  it('leaves channels and calls to one system user, made once', async () => {
    for (const id of ['one', 'two', 'three']) await group(id, 'jane');
    await call('shared', 'jane');
    await fixture.newEvents();
    await fixture.ended(await ask(SERVER, ['jane']));
    const [heir, ...others] = await systemUsers();
    expect(others).toEqual([]);
    for (const id of ['one', 'two', 'three']) expect(await owner(id)).toBe(heir);
    expect((await fixture.dump()).calls?.['audio:shared']?.created_by_id).toBe(heir);
    const names = await fixture.newEventNames();
    expect(names.filter(name => name.startsWith('user.created'))).toEqual([`user.created ${heir}`]);
  });

  it.each(['soft', 'hard', 'deactivated'] as const)(
    'leaves channels to the system user when the heir is no longer there: %s',
    async how => {
      await group('one', 'jane');
      const deletion = await ask(SERVER, ['jane'], { new_channel_owner_id: 'carl' });
      if (how === 'deactivated') await fixture.users.deactivate(SERVER, 'carl');
      else await ask(SERVER, ['carl'], { user: how });
      expect(await fixture.ended(deletion)).toMatchObject({ status: 'completed', progress: { done: 1 } });
      expect([await owner('one')]).toEqual(await systemUsers());
      await isNowhere();
    },
  );

  it('never had an id that could be taken for somebody: its tombstone cannot be used either', async () => {
    await fixture.ended(await ask(SERVER, ['jane']));
    const upsert = (id: string) => fixture.users.upsert(SERVER, [{ id }]);
    await expect(upsert('jane')).rejects.toMatchObject({ code: 'USER_DELETED' });
    await expect(upsert(tombstoneOf('jane'))).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });
});

describeOnEveryEngine('a cascade', engine => {
  it('that touched no messages tells of none', async () => {
    const fixture = await LifeCycleFixture.open(engine);
    await fixture.users.upsert(SERVER, [{ id: 'jane' }, { id: 'bob' }]);
    const members = ['bob'];
    await fixture.video.createCall(
      { kind: 'server' },
      { type: 'audio', id: 'two', members, custom: {}, user_id: 'jane' },
    );
    await fixture.newEvents();
    const modes = { messages: 'soft', calls: 'soft' } as const;
    await fixture.ended(
      await fixture.lifeCycle.deleteUsers(SERVER, deleteUsersSchema.parse({ ids: ['jane'], ...modes })),
    );
    expect(await fixture.newEventNames()).toEqual(['user.deleted jane', 'call.deleted']);
    await fixture.ended(await fixture.lifeCycle.restoreUsers(SERVER, ['jane'], true));
    expect(await fixture.newEventNames()).toEqual(['user.restored jane', 'call.restored']);
    await fixture.close();
  });
});
