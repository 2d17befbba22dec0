import { deleteUsersSchema } from '@rollcall/protocol/schemas';
import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LifeCycleFixture } from '../support/life-cycle/life-cycle-fixture.js';
import type { Dump, StoredRow } from '../support/life-cycle/stored-data.js';
import { makeWorld, type World } from '../support/life-cycle/world.js';
import { openTestDirectory, refusal, SERVER } from '../support/test-directory.js';

/** What products store. */
function contentOf({
  channels,
  channel_members,
  messages,
  reactions,
  flags,
  response_times,
  ...rest
}: Dump): Dump {
  const { calls, call_members, activities } = rest;
  const all = {
    channels,
    channel_members,
    messages,
    reactions,
    flags,
    response_times,
    calls,
    call_members,
    activities,
  };
  return all as Dump;
}

/** Users to the byte, revision and times of change aside. */
function bytesOf({ users = {} }: Dump): Record<string, string> {
  const text = ({ revision: _r, updated_at: _u, ...row }: StoredRow) => JSON.stringify(row);
  return Object.fromEntries(Object.entries(users).map(([id, row]) => [id, text(row)]));
}

describeOnEveryEngine('a user who was soft-deleted and is restored', engine => {
  let fixture: LifeCycleFixture;

  beforeEach(async () => {
    fixture = await LifeCycleFixture.open(engine);
  });

  afterEach(() => fixture.close());

  const remove = async (modes: object, ...ids: string[]) =>
    fixture.ended(await fixture.lifeCycle.deleteUsers(SERVER, deleteUsersSchema.parse({ ids, ...modes })));
  const restore = async (content: boolean, ...ids: string[]) =>
    fixture.ended(await fixture.lifeCycle.restoreUsers(SERVER, ids, content));

  it('is as it was to the byte, with every field that there is', async () => {
    const everything = {
      id: 'full',
      name: 'Ĵäne “Doe” 🦊',
      image: 'https://example.com/a.png',
      role: 'admin',
      teams: ['z', 'a'],
      teams_role: { z: 'admin', a: 'user' },
      custom: { b: 1, a: [null, { deep: true, text: 'ü\n"' }], huge: 1.5e300 },
      language: 'pt-BR',
      invisible: true,
      privacy_settings: { typing_indicators: { enabled: false }, read_receipts: { enabled: true } },
      push_notifications: { disabled: true, disabled_until: 1_800_000_000_000 },
    };
    await fixture.users.upsert(SERVER, [everything, { id: 'bare' }, { id: 'idle', name: 'Idle' }]);
    await fixture.users.deactivate(SERVER, 'idle');
    await fixture.run(`UPDATE users SET banned = true, shadow_banned = true, ban_expires = 1900000000000,
      blocked_user_ids = '["bare"]', devices = '[{"id":"phone","push_provider":"apn","created_at":1}]',
      last_active = 1700000000000, avg_response_time = 61, revoke_tokens_issued_before = 1600000000000 WHERE id = 'full'`);
    const before = await fixture.dump();
    const stored = before.users?.full ?? {};
    const unset = ['deactivated_at', 'deleted_at', 'deletion'];
    expect(Object.keys(stored)).toEqual(
      expect.arrayContaining(['devices', 'ban_expires', 'name_key', 'name_words']),
    );
    expect(unset.filter(field => field in stored)).toEqual([]);

    const ids = ['full', 'bare', 'idle'];
    expect((await remove({}, ...ids)).progress).toEqual({ done: 3, total: 3, failed: 0 });
    expect((await restore(false, ...ids)).progress).toEqual({ done: 3, total: 3, failed: 0 });
    const after = await fixture.dump();
    expect(bytesOf(after)).toEqual(bytesOf(before));
    for (const id of ids) {
      expect(Number(after.users?.[id]?.revision)).toBe(Number(before.users?.[id]?.revision) + 2);
    }
  });

  it('has its content back exactly as the deletion found it, or none of it, as it is asked', async () => {
    const world = await makeWorld(fixture, 'w');
    const before = await fixture.dump();
    const modes = { messages: 'soft', conversations: 'soft', calls: 'soft' };
    await remove(modes, world.jane);
    const deleted = await fixture.dump();
    expect(contentOf(deleted)).not.toEqual(contentOf(before));
    await restore(false, world.jane);
    const bare = await fixture.dump();
    expect(contentOf(bare)).toEqual(contentOf(deleted));
    expect(bytesOf(bare)).toEqual(bytesOf(before));

    await remove(modes, world.jane);
    const task = await restore(true, world.jane);
    expect(contentOf(await fixture.dump())).toEqual(contentOf(before));
    expect(task.result?.users[world.jane]).toMatchObject({ status: 'done' });
  });

  it('does not get back what a deactivation hid before, until it is reactivated', async () => {
    const { jane } = await makeWorld(fixture, 'w');
    const { lifeCycle } = fixture;
    const before = await fixture.dump();
    await fixture.ended(await lifeCycle.deactivateUsers(SERVER, [jane], true));
    const idle = await fixture.dump();
    await remove({ messages: 'soft', conversations: 'soft', calls: 'soft' }, jane);
    await restore(true, jane);
    expect(contentOf(await fixture.dump())).toEqual(contentOf(idle));
    expect(bytesOf(await fixture.dump())).toEqual(bytesOf(idle));
    await fixture.ended(await lifeCycle.reactivateUsers(SERVER, [jane], true));
    expect(contentOf(await fixture.dump())).toEqual(contentOf(before));
  });

  it('gives a channel of two deleted users back when both are back, and not before', async () => {
    const { jane, bob, channels } = await makeWorld(fixture, 'w');
    const before = await fixture.dump();
    await remove({ messages: 'soft', conversations: 'soft', calls: 'soft' }, jane, bob);
    await restore(true, bob);
    expect((await fixture.dump()).channels?.[channels.pair]).toHaveProperty('deleted_at');
    await restore(true, jane);
    expect(contentOf(await fixture.dump())).toEqual(contentOf(before));
  });

  it('has nothing back of what was pruned or hard-deleted, and the rest all the same', async () => {
    const { jane, channels } = await makeWorld(fixture, 'w');
    const before = await fixture.dump();
    await remove({ messages: 'pruning', conversations: 'soft', calls: 'hard' }, jane);
    const pruned = await fixture.dump();
    await restore(true, jane);
    const after = contentOf(await fixture.dump());
    const { channels: rooms, channel_members } = contentOf(before);
    expect(after).toEqual({ ...contentOf(pruned), channels: rooms, channel_members });
    expect(after.channels?.[channels.pair]).not.toHaveProperty('deleted_at');
    expect(bytesOf(await fixture.dump())).toEqual(bytesOf(before));
  });

  it('cannot come back from pruning or from a hard deletion', async () => {
    await fixture.users.upsert(SERVER, [{ id: 'ann' }, { id: 'ben' }, { id: 'cat' }]);
    await remove({ user: 'pruning' }, 'ben');
    await remove({ user: 'hard', messages: 'hard', conversations: 'hard' }, 'cat');
    await remove({}, 'ann');
    for (const id of ['ben', 'cat']) {
      const error = await refusal(fixture.lifeCycle.restoreUsers(SERVER, ['ann', id], false));
      expect(error).toMatchObject({ code: 'USER_DELETED', index: 1 });
    }
    expect((await fixture.users.find(['ann']))[0]).toHaveProperty('deleted_at');
    expect(await refusal(fixture.lifeCycle.restoreUsers(SERVER, ['nobody'], false))).toMatchObject({
      code: 'USER_NOT_FOUND',
    });
  });
});

describeOnEveryEngine('a name', engine => {
  it('is free when its user is deleted, and a user whose name was taken meanwhile stays deleted, with a reason', async () => {
    const directory = await openTestDirectory(engine, { runTasks: true });
    const { users, lifeCycle, feeds, settings } = directory;
    await settings.update(SERVER, { enforce_unique_usernames: 'app' });
    await users.upsert(SERVER, [
      { id: 'ann', name: 'Ann' },
      { id: 'ben', name: 'Ben' },
      { id: 'cat', name: 'Cat' },
    ]);
    await feeds.addActivity({ user_id: 'ann', verb: 'like', object: 'post:1', custom: {} });
    const modes = { messages: 'soft' } as const;
    await directory.ended(
      await lifeCycle.deleteUsers(SERVER, deleteUsersSchema.parse({ ids: ['ann', 'cat'], ...modes })),
    );
    await users.upsert(SERVER, [{ id: 'ben', name: 'A.N.N' }]);
    await directory.newEvents();

    const task = await directory.ended(await lifeCycle.restoreUsers(SERVER, ['ann', 'cat'], true));
    expect(task).toMatchObject({ status: 'completed', progress: { done: 1, failed: 1, total: 2 } });
    expect(task.result?.users).toMatchObject({
      ann: { status: 'failed', error: { code: 'USERNAME_TAKEN' } },
      cat: { status: 'done' },
    });
    expect((await users.find(['ann']))[0]).toMatchObject({ deleted_at: expect.any(Number), name: 'Ann' });
    const inSight = () => feeds.queryActivities({ tenant: undefined }, { actor_id: 'ann', limit: 10 });
    expect((await inSight()).activities).toEqual([]);
    expect(await directory.newEventNames()).toEqual(['task.created', 'user.restored cat', 'task.completed']);

    await users.upsert(SERVER, [{ id: 'ben', name: 'Ben' }]);
    const again = await directory.ended(await lifeCycle.restoreUsers(SERVER, ['ann'], true));
    expect(again.result?.users.ann).toMatchObject({ status: 'done' });
    expect((await inSight()).activities).toHaveLength(1);
    expect(await refusal(users.upsert(SERVER, [{ id: 'ben', name: 'ann' }]))).toMatchObject({
      code: 'USERNAME_TAKEN',
    });
    await directory.close();
  });
});

describeOnEveryEngine('messages of a deactivated user', engine => {
  let fixture: LifeCycleFixture;
  let world: World;

  beforeEach(async () => {
    fixture = await LifeCycleFixture.open(engine);
    world = await makeWorld(fixture, 'w');
    await fixture.newEvents();
  });

  afterEach(() => fixture.close());

  const theTask = async () =>
    fixture.ended((await fixture.tasks.list({ status: 'pending', limit: 1 })).tasks[0]?.task_id ?? '');
  const hiddenBy = (before: Dump) => {
    const hide = (rows: Dump[string] = {}, author: string) =>
      Object.fromEntries(
        Object.entries(rows).map(([key, row]) => {
          const hides = row[author] === world.jane && row.deleted_at === undefined;
          return [
            key,
            hides ? { ...row, deleted_at: expect.any(Number), deleted_with: 'deactivation' } : row,
          ];
        }),
      );
    const { messages, activities } = before;
    return {
      ...contentOf(before),
      messages: hide(messages, 'user_id'),
      activities: hide(activities, 'actor_id'),
    };
  };

  for (const many of [false, true]) {
    it(`are hidden where that is asked for, and come back as they were: ${many ? 'by a task' : 'at once'}`, async () => {
      const { lifeCycle } = fixture;
      const { jane } = world;
      const before = await fixture.dump();
      if (many) await fixture.ended(await lifeCycle.deactivateUsers(SERVER, [jane], true));
      else {
        await lifeCycle.deactivateUser(SERVER, { id: jane, mark_messages_deleted: true });
        expect((await theTask()).result?.users[jane]?.status).toBe('done');
      }
      expect(contentOf(await fixture.dump())).toEqual(hiddenBy(before));
      expect(await fixture.newEventNames()).toEqual([
        `user.deactivated ${jane}`,
        `user.messages.deleted ${jane}`,
      ]);

      if (many) await fixture.ended(await lifeCycle.reactivateUsers(SERVER, [jane], true));
      else {
        await lifeCycle.reactivateUser(SERVER, { id: jane, restore_messages: true });
        expect((await theTask()).result?.users[jane]?.status).toBe('done');
      }
      const after = await fixture.dump();
      expect(contentOf(after)).toEqual(contentOf(before));
      expect(bytesOf(after)).toEqual(bytesOf(before));
      expect(await fixture.newEventNames()).toEqual([
        `user.reactivated ${jane}`,
        `user.messages.restored ${jane}`,
      ]);
    });
  }

  it('stay where nothing is asked for, and stay hidden through a reactivation that does not ask', async () => {
    const { lifeCycle } = fixture;
    const { jane } = world;
    const before = await fixture.dump();
    await fixture.ended(await lifeCycle.deactivateUsers(SERVER, [jane], false));
    expect(contentOf(await fixture.dump())).toEqual(contentOf(before));
    await lifeCycle.reactivateUser(SERVER, { id: jane });
    await fixture.ended(await lifeCycle.deactivateUsers(SERVER, [jane], true));
    await lifeCycle.reactivateUser(SERVER, { id: jane });
    expect(contentOf(await fixture.dump())).toEqual(hiddenBy(before));
  });
});
