import { deleteUsersSchema } from '@rollcall/protocol/schemas';
import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { tombstoneOf } from '../../src/users/tombstones.js';
import { LifeCycleFixture } from '../support/life-cycle/life-cycle-fixture.js';
import { type Dump, rowsWith } from '../support/life-cycle/stored-data.js';
import { makeWorld, type World } from '../support/life-cycle/world.js';
import { refusal, SERVER } from '../support/test-directory.js';

/** How users are deleted in these tests, content included. */
const MODES = {
  soft: { user: 'soft', messages: 'soft', conversations: 'soft', calls: 'soft' },
  pruning: { user: 'pruning', messages: 'pruning', conversations: 'soft', calls: 'soft' },
  hard: { user: 'hard', messages: 'hard', conversations: 'hard', calls: 'hard' },
} as const;

/** What there is of a dump apart from tasks, the log, and who changed when. */
function state({ users = {}, ...dump }: Dump): Dump {
  const { tasks: _t, task_users: _u, events: _e, event_mentions: _m, event_stream: _s, ...content } = dump;
  const timeless = Object.entries(users).map(([id, { updated_at: _at, revision: _r, ...row }]) => [id, row]);
  return { ...content, users: Object.fromEntries(timeless) };
}

describeOnEveryEngine('a life-cycle call that is repeated', engine => {
  let fixture: LifeCycleFixture;
  let world: World;
  let jane: string;

  beforeEach(async () => {
    fixture = await LifeCycleFixture.open(engine);
    world = await makeWorld(fixture, 'w');
    jane = world.jane;
    await fixture.newEvents();
  });

  afterEach(() => fixture.close());

  const remove = (mode: keyof typeof MODES, ...ids: string[]) =>
    fixture.lifeCycle.deleteUsers(SERVER, deleteUsersSchema.parse({ ids, ...MODES[mode] }));
  const outcome = async (taskId: string, id = jane) => {
    const task = await fixture.ended(taskId);
    expect(task.status).toBe('completed');
    return task.result?.users[id];
  };
  const calls = {
    deactivate: () => fixture.lifeCycle.deactivateUsers(SERVER, [jane], true),
    reactivate: () => fixture.lifeCycle.reactivateUsers(SERVER, [jane], true),
    restore: () => fixture.lifeCycle.restoreUsers(SERVER, [jane], true),
    soft: () => remove('soft', jane),
    pruning: () => remove('pruning', jane),
    hard: () => remove('hard', jane),
  };

  for (const [first, second] of [
    ['deactivate', undefined],
    ['deactivate', 'reactivate'],
    ['soft', undefined],
    ['soft', 'restore'],
    ['pruning', undefined],
    ['hard', undefined],
  ] as const) {
    const name = second ?? first;
    it(`changes nothing and tells nothing: ${name}`, async () => {
      if (second) expect(await outcome(await calls[first]())).toMatchObject({ status: 'done' });
      const id = name === 'hard' ? tombstoneOf(jane) : jane;
      expect(await outcome(await calls[name](), id)).toMatchObject({ status: 'done' });
      const before = await fixture.dump();
      await fixture.newEvents();
      expect(await outcome(await calls[name](), id)).toEqual({ status: 'unchanged' });
      const after = await fixture.dump();
      expect(after.users).toEqual(before.users);
      expect(state(after)).toEqual(state(before));
      expect(await fixture.newEventNames()).toEqual([]);
    });
  }

  for (const mode of ['soft', 'pruning', 'hard'] as const) {
    it(`has one effect when each step is lost once and done again: ${mode}`, async () => {
      await fixture.addActivities(jane, 450);
      const taskId = await remove(mode, jane);
      let row = await fixture.claim();
      while (row.status === 'running') {
        const before = await fixture.dump();
        await fixture.lostStep(row);
        expect(await fixture.dump()).toEqual(before);
        row = await fixture.step(row);
      }
      const id = mode === 'hard' ? tombstoneOf(jane) : jane;
      const activities = mode === 'soft' ? 451 : 452;
      expect(await outcome(taskId, id)).toMatchObject({ status: 'done', details: { feeds: { activities } } });
      const names = await fixture.newEventNames();
      expect([...new Set(names.filter(one => one !== 'call.deleted'))]).toEqual(
        names.filter(one => one !== 'call.deleted'),
      );
      expect(names.filter(one => one === 'call.deleted')).toHaveLength(2);
      expect(names).toContain(`user.messages.deleted ${id}`);
      if (mode === 'hard') expect(rowsWith(await fixture.dump(), jane)).toEqual([]);
    });
  }

  it('takes content of a deleted user that the call before left, without telling of the user again', async () => {
    expect(
      await outcome(await fixture.lifeCycle.deleteUsers(SERVER, deleteUsersSchema.parse({ ids: [jane] }))),
    ).toEqual({
      status: 'done',
    });
    expect(await fixture.newEventNames()).toEqual([`user.deleted ${jane}`]);
    const more = deleteUsersSchema.parse({ ids: [jane], messages: 'hard', calls: 'hard' });
    expect(await outcome(await fixture.lifeCycle.deleteUsers(SERVER, more))).toMatchObject({
      status: 'done',
      details: { video: { calls: 2 }, feeds: { activities: 2 } },
    });
    expect(await fixture.newEventNames()).toEqual([
      'call.deleted',
      'call.deleted',
      `user.messages.deleted ${jane}`,
    ]);
    const { messages = {} } = await fixture.dump();
    expect(Object.values(messages).filter(row => row.user_id === jane)).toEqual([]);
  });

  it('goes on with a deletion that is under way, and all of it is told once', async () => {
    await fixture.addActivities(jane, 450);
    const first = await remove('soft', jane);
    await fixture.step(await fixture.claim());
    const second = await remove('soft', jane);
    expect(await outcome(first)).toMatchObject({ status: 'superseded' });
    expect(await outcome(second)).toMatchObject({ status: 'done' });
    const told = (await fixture.newEvents()).filter(({ type }) => type === 'user.messages.deleted');
    expect(told).toHaveLength(1);
    expect(told[0]?.data).toMatchObject({ counts: { feeds: { activities: 451 } } });
  });

  it('tells of the messages, too, when the call before has just deleted the last of them', async () => {
    const id = world.heir;
    await fixture.addActivities(id, 200);
    await fixture.newEvents();
    const first = await remove('soft', id);
    const inSight = async () => {
      const { activities = {} } = await fixture.dump();
      return Object.values(activities).filter(row => row.actor_id === id && !row.deleted_at).length;
    };
    let row = await fixture.claim();
    while ((await inSight()) > 0) row = await fixture.step(row);
    expect(row.status).toBe('running');
    const second = await remove('soft', id);
    expect(await outcome(first, id)).toMatchObject({ status: 'superseded' });
    await outcome(second, id);
    expect(await fixture.newEventNames()).toEqual([`user.deleted ${id}`, `user.messages.deleted ${id}`]);
  });

  for (const [one, other] of [
    ['soft', 'hard'],
    ['hard', 'soft'],
    ['hard', 'hard'],
    ['pruning', 'hard'],
  ] as const) {
    it(`hard-deletes when it is ${one}, and ${other} while that is under way`, async () => {
      await fixture.addActivities(jane, 450);
      const first = await remove(one, jane);
      await fixture.step(await fixture.claim());
      const second = await remove(other, jane);
      const name = tombstoneOf(jane);
      expect(await outcome(second, name)).toMatchObject({ status: 'done' });
      expect(await outcome(first, name)).toMatchObject({ status: 'superseded' });
      expect(rowsWith(await fixture.dump(), jane)).toEqual([]);
      expect(rowsWith(await fixture.dump(), world.secret)).toEqual([]);
      const names = await fixture.newEventNames();
      const times = one === 'hard' ? 1 : 2;
      expect(names.filter(event => event.startsWith('user.deleted'))).toHaveLength(times);
      expect(names.filter(event => event.startsWith('user.messages.deleted'))).toHaveLength(1);
      expect(names.filter(event => event === 'call.deleted').length).toBe(one === 'hard' ? 2 : 4);
    });
  }

  it('brings a user back whose deletion was under way when the restoration was asked for', async () => {
    await fixture.addActivities(jane, 450);
    const before = state(await fixture.dump());
    const deletion = await remove('soft', jane);
    const held = await fixture.step(await fixture.claim());
    const restoration = await fixture.lifeCycle.restoreUsers(SERVER, [jane], true);
    const waits = await fixture.step(await fixture.claim());
    expect(waits.status).toBe('pending');
    await fixture.finish(held);
    expect(await outcome(restoration)).toMatchObject({ status: 'done' });
    expect(await outcome(deletion)).toMatchObject({ status: 'done' });
    expect(state(await fixture.dump())).toEqual(before);
    const names = (await fixture.newEventNames()).filter(name => !name.startsWith('call.'));
    expect(names).toEqual([
      `user.deleted ${jane}`,
      'channel.deleted',
      `user.messages.deleted ${jane}`,
      `user.restored ${jane}`,
      'channel.restored',
      `user.messages.restored ${jane}`,
    ]);
  });

  it('refuses to restore a user who is being hard-deleted, and fails truthfully when that comes later', async () => {
    const soft = await remove('soft', jane);
    await outcome(soft);
    const restoration = await fixture.lifeCycle.restoreUsers(SERVER, [jane], true);
    const hard = await remove('hard', jane);
    expect(await refusal(fixture.lifeCycle.restoreUsers(SERVER, [jane], true))).toMatchObject({
      code: 'USER_DELETED',
    });
    const task = await fixture.ended(restoration);
    await fixture.ended(hard);
    expect(task.status).toBe('completed');
    expect(Object.values(task.result?.users ?? {})).toEqual([
      { status: 'failed', error: { code: 'USER_DELETED', message: expect.any(String) } },
    ]);
    expect(rowsWith(await fixture.dump(), jane)).toEqual([]);
  });

  it('deletes a user whose deactivation was hiding messages, and both ways back lead to what was before', async () => {
    await fixture.addActivities(jane, 450);
    const before = state(await fixture.dump());
    const deactivation = await calls.deactivate();
    await fixture.step(await fixture.claim());
    const deletion = await calls.soft();
    expect(await outcome(deactivation)).toMatchObject({ status: 'superseded' });
    expect(await outcome(deletion)).toMatchObject({ status: 'done' });
    await outcome(await calls.restore());
    await outcome(await calls.reactivate());
    expect(state(await fixture.dump())).toEqual(before);
  });
});
