import { RollcallError } from '@rollcall/protocol';
import { deleteUsersSchema } from '@rollcall/protocol/schemas';
import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LifeCycleFixture } from '../support/life-cycle/life-cycle-fixture.js';
import { type Dump, rowsWith, StoredData } from '../support/life-cycle/stored-data.js';
import { makeWorld, type World } from '../support/life-cycle/world.js';
import { openTestDirectory, SERVER, type TestDirectory } from '../support/test-directory.js';
import { until } from '../support/until.js';

const HARD = { user: 'hard', messages: 'hard', conversations: 'hard', calls: 'hard' } as const;

/** What a caller may be told whose call crosses a deletion. */
const REFUSALS = ['NOT_FOUND', 'USER_NOT_FOUND', 'USER_DELETED', 'NOT_ALLOWED'];

/** Rows that name another row that is not there. */
function orphans(dump: Dump): string[] {
  const references = [
    ['messages', 'cid', 'channels'],
    ['messages', 'parent_id', 'messages'],
    ['messages', 'user_id', 'users'],
    ['reactions', 'message_id', 'messages'],
    ['reactions', 'user_id', 'users'],
    ['flags', 'message_id', 'messages'],
    ['flags', 'user_id', 'users'],
    ['channels', 'owner_id', 'users'],
    ['channel_members', 'cid', 'channels'],
    ['channel_members', 'user_id', 'users'],
    ['calls', 'created_by_id', 'users'],
    ['call_members', 'cid', 'calls'],
    ['call_members', 'user_id', 'users'],
    ['activities', 'actor_id', 'users'],
    ['response_times', 'user_id', 'users'],
  ] as const;
  return references.flatMap(([table, column, other]) =>
    Object.entries(dump[table] ?? {}).flatMap(([key, row]) =>
      row[column] === undefined || dump[other]?.[String(row[column])] ? [] : [`${table} ${key}: ${column}`],
    ),
  );
}

/** A place where a transaction stands still, just before its commit, until it is let go. */
function holdable() {
  let arrive = () => {};
  let release = () => {};
  const isHeld = new Promise<void>(resolve => {
    arrive = resolve;
  });
  const released = new Promise<void>(resolve => {
    release = resolve;
  });
  const hold = () => {
    arrive();
    return released;
  };
  return { isHeld, hold, release };
}

const LOCK_WAITS = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;

describeOnEveryEngine('a hard deletion that meets a step of another task', engine => {
  it('leaves no event of that step in the name of who is gone', async () => {
    const fixture = await LifeCycleFixture.open(engine);
    await fixture.users.upsert(SERVER, [{ id: 'jane' }, { id: 'bob' }]);
    const other = await fixture.lifeCycle.deactivateUsers({ type: 'user', id: 'jane' }, ['bob'], false);
    const held = await fixture.claim();
    const deletion = await fixture.lifeCycle.deleteUsers(
      SERVER,
      deleteUsersSchema.parse({ ids: ['jane'], ...HARD }),
    );
    const deleting = await fixture.claim();

    const step = holdable();
    const stepping = fixture.database.unitOfWork.write(async () => {
      await fixture.step(held);
      await step.hold();
    });
    await step.isHeld;
    let through = false;
    const finishing = fixture.finish(deleting).finally(() => {
      through = true;
    });
    // On an embedded database the deletion stands in the queue of the writer; nothing there could go wrong.
    if (engine.name === 'postgres') {
      const waits = async () => through || (await fixture.run(LOCK_WAITS)).length > 0;
      await until('the deletion waits for the step', waits);
    }
    step.release();
    await Promise.all([stepping, finishing]);
    for (const taskId of [other, deletion]) expect((await fixture.ended(taskId)).status).toBe('completed');
    expect(rowsWith(await fixture.dump(), 'jane')).toEqual([]);
    await fixture.close();
  });
});

describeOnEveryEngine('a hard deletion', engine => {
  let directory: TestDirectory;
  let data: StoredData;
  let world: World;

  beforeEach(async () => {
    directory = await openTestDirectory(engine, { runTasks: true });
    data = await StoredData.open(directory.url);
    world = await makeWorld(directory, 'w');
  });

  afterEach(async () => {
    await data.close();
    await directory.close();
  });

  const remove = (id: string, heir?: string) => {
    const owner = heir !== undefined && { new_channel_owner_id: heir };
    return directory.lifeCycle.deleteUsers(SERVER, deleteUsersSchema.parse({ ids: [id], ...HARD, ...owner }));
  };
  const refused = (error: unknown): undefined => {
    if (!(error instanceof RollcallError) || !REFUSALS.includes(error.code)) throw error;
  };

  it('leaves nothing of the user and nothing in pieces, whatever others write meanwhile', async () => {
    const { chat, video, feeds } = directory;
    const { jane, bob, carl, channels } = world;
    const viewer = { kind: 'server' } as const;
    const writes = (round: number) => [
      () => chat.sendMessage({ userId: bob, cid: channels.pair, text: `to the pair ${round}` }),
      () =>
        chat.sendMessage({ userId: bob, cid: channels.group, text: 'answer', parent_id: 'w-group-first' }),
      () => chat.addReaction({ userId: carl, message_id: 'w-group-second', type: `r${round}` }),
      () => chat.flagMessage({ userId: carl, message_id: 'w-group-first' }),
      () => chat.sendMessage({ userId: jane, cid: channels.group, text: world.secret }),
      () => chat.addReaction({ userId: jane, message_id: 'w-theirs-other', type: `r${round}` }),
      () => chat.createChannel({ viewer, type: 'messaging', userId: carl, members: [jane] }),
      () => chat.createChannel({ viewer, type: 'team', id: `w-new-${round}`, userId: jane, members: [bob] }),
      () => chat.addMembers(viewer, { cid: channels.theirs, members: [jane] }),
      () =>
        video.createCall(viewer, {
          type: 'audio',
          id: `w-new-${round}`,
          members: [jane],
          custom: {},
          user_id: bob,
        }),
      () => video.joinCall({ cid: world.calls.groups[0] ?? '', user_id: jane }),
      () => feeds.addActivity({ user_id: jane, verb: 'like', object: world.secret, custom: {} }),
    ];
    const rounds = [0, 1, 2, 3, 4, 5];
    const early = rounds
      .slice(0, 2)
      .flatMap(writes)
      .map(write => write().catch(refused));
    const deletion = remove(jane);
    const late = rounds
      .slice(2)
      .flatMap(writes)
      .map(write => write().catch(refused));
    const task = await directory.ended(await deletion);
    await Promise.all([...early, ...late]);
    expect(task).toMatchObject({ status: 'completed', progress: { done: 1, failed: 0 } });
    const dump = await data.dump();
    expect(rowsWith(dump, jane)).toEqual([]);
    expect(rowsWith(dump, world.secret)).toEqual([]);
    expect(orphans(dump)).toEqual([]);
  });

  it('of two who were to inherit from each other leaves neither', async () => {
    const { jane, bob } = world;
    const asked = await Promise.all([remove(jane, bob).catch(refused), remove(bob, jane).catch(refused)]);
    for (const taskId of asked) if (taskId) await directory.ended(taskId);
    for (const id of [jane, bob]) await directory.ended(await remove(id));
    const dump = await data.dump();
    expect([...rowsWith(dump, jane), ...rowsWith(dump, bob)]).toEqual([]);
    expect(orphans(dump)).toEqual([]);
  });
});
