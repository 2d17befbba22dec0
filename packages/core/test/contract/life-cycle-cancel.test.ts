import { deleteUsersSchema } from '@rollcall/protocol/schemas';
import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LifeCycleFixture } from '../support/life-cycle/life-cycle-fixture.js';
import { makeWorld, type World } from '../support/life-cycle/world.js';
import { SERVER } from '../support/test-directory.js';

describeOnEveryEngine('a deletion that is cancelled', engine => {
  let fixture: LifeCycleFixture;
  let world: World;

  beforeEach(async () => {
    fixture = await LifeCycleFixture.open(engine);
    world = await makeWorld(fixture, 'w');
  });

  afterEach(() => fixture.close());

  const remove = (...ids: string[]) => {
    const modes = { messages: 'soft', conversations: 'soft', calls: 'soft' } as const;
    return fixture.lifeCycle.deleteUsers(SERVER, deleteUsersSchema.parse({ ids, ...modes }));
  };
  const content = async () => {
    const { activities, messages, channels, channel_members, calls, call_members } = await fixture.dump();
    return { activities, messages, channels, channel_members, calls, call_members };
  };
  const inSightOf = async (actor_id: string) =>
    (await fixture.feeds.queryActivities({ tenant: undefined }, { actor_id, limit: 100 })).activities.length;
  const hidden = async (actorId: string) => {
    const { activities = {} } = await fixture.dump();
    return Object.values(activities).filter(
      row => row.actor_id === actorId && row.deleted_with === 'deletion',
    ).length;
  };
  const deletedAt = async (id: string) => (await fixture.users.find([id]))[0]?.deleted_at;

  it('before its first step leaves users deleted, content in sight, and both can be restored', async () => {
    const { jane, bob } = world;
    const before = await content();
    const taskId = await remove(jane, bob);
    expect([await inSightOf(jane), await inSightOf(bob)]).toEqual([0, 0]);
    expect(await fixture.tasks.cancel(SERVER, taskId)).toMatchObject({ status: 'cancelled' });
    expect(await content()).toEqual(before);
    expect([await inSightOf(jane), await inSightOf(bob)]).toEqual([1, 1]);
    for (const id of [jane, bob]) expect(await deletedAt(id)).toEqual(expect.any(Number));
    expect((await fixture.tasks.get(taskId)).result).toBeUndefined();

    const restored = await fixture.ended(await fixture.lifeCycle.restoreUsers(SERVER, [jane, bob], true));
    expect(restored.result?.users).toEqual({ [jane]: { status: 'done' }, [bob]: { status: 'done' } });
    for (const id of [jane, bob]) expect(await deletedAt(id)).toBeUndefined();
    expect(await content()).toEqual(before);
  });

  it('before its first step can be undone even where it was a hard deletion', async () => {
    const { jane } = world;
    const before = await content();
    const modes = { user: 'hard', messages: 'hard', conversations: 'hard', calls: 'hard' } as const;
    const taskId = await fixture.lifeCycle.deleteUsers(
      SERVER,
      deleteUsersSchema.parse({ ids: [jane], ...modes }),
    );
    await fixture.tasks.cancel(SERVER, taskId);
    const restored = await fixture.ended(await fixture.lifeCycle.restoreUsers(SERVER, [jane], true));
    expect(restored.result?.users).toEqual({ [jane]: { status: 'done' } });
    expect(await deletedAt(jane)).toBeUndefined();
    expect(await content()).toEqual(before);
    expect((await fixture.dump()).sweeps).toEqual({});
  });

  it('in the middle of a user goes on to the end of that user, and no further', async () => {
    const { carl, heir, bob } = world;
    for (const id of [carl, heir]) await fixture.addActivities(id, 150);
    const taskId = await remove(carl, heir, bob);
    const row = await fixture.step(await fixture.claim());
    expect(row).toMatchObject({ status: 'running', within_user: true });
    await fixture.tasks.cancel(SERVER, taskId);
    const task = await fixture.ended(taskId);
    expect(task).toMatchObject({ status: 'cancelled', progress: { done: 1, total: 3, failed: 0 } });
    expect(task.result?.users).toEqual({
      [carl]: { status: 'done', details: { feeds: { activities: 150 } } },
    });
    expect([await hidden(carl), await hidden(heir), await hidden(bob)]).toEqual([150, 0, 0]);
    for (const id of [carl, heir, bob]) expect(await deletedAt(id)).toEqual(expect.any(Number));
    expect([await inSightOf(carl), await inSightOf(heir), await inSightOf(bob)]).toEqual([0, 100, 1]);

    const again = await fixture.ended(await remove(carl, heir));
    expect(again.result?.users).toEqual({
      [carl]: { status: 'unchanged' },
      [heir]: { status: 'done', details: { feeds: { activities: 150 } } },
    });
  });
});
