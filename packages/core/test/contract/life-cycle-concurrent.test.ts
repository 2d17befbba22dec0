import { deleteUsersSchema } from '@rollcall/protocol/schemas';
import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { tombstoneOf } from '../../src/users/tombstones.js';
import { rowsWith, StoredData } from '../support/life-cycle/stored-data.js';
import { makeWorld, type World } from '../support/life-cycle/world.js';
import { openTestDirectory, SERVER, type TestDirectory } from '../support/test-directory.js';

describeOnEveryEngine('life-cycle calls at the same time', engine => {
  let directory: TestDirectory;
  let data: StoredData;
  let world: World;
  let jane: string;

  beforeEach(async () => {
    directory = await openTestDirectory(engine, { runTasks: true });
    data = await StoredData.open(directory.url);
    world = await makeWorld(directory, 'w');
    jane = world.jane;
    await directory.newEvents();
  });

  afterEach(async () => {
    await data.close();
    await directory.close();
  });

  const remove = (mode: 'soft' | 'hard') => {
    const modes = { user: mode, messages: mode, conversations: mode, calls: mode } as const;
    return directory.lifeCycle.deleteUsers(SERVER, deleteUsersSchema.parse({ ids: [jane], ...modes }));
  };
  const statuses = async (taskIds: readonly string[]) => {
    const tasks = await Promise.all(taskIds.map(taskId => directory.ended(taskId)));
    for (const task of tasks) expect(task.status).toBe('completed');
    return tasks.flatMap(task => Object.values(task.result?.users ?? {}).map(({ status }) => status)).sort();
  };
  const names = async () => (await directory.newEventNames()).filter(name => !name.startsWith('task.'));

  for (const mode of ['soft', 'hard'] as const) {
    it(`that ask for the same delete once: ${mode}`, async () => {
      const taskIds = await Promise.all([1, 2, 3, 4, 5].map(() => remove(mode)));
      const ends = await statuses(taskIds);
      expect(ends.filter(status => status === 'done')).toHaveLength(1);
      expect(ends.filter(status => status === 'failed')).toEqual([]);
      const id = mode === 'hard' ? tombstoneOf(jane) : jane;
      const told = await names();
      expect(told.filter(name => name === `user.deleted ${id}`)).toHaveLength(1);
      expect(told.filter(name => name === 'channel.deleted')).toHaveLength(1);
      expect(told.filter(name => name === 'call.deleted')).toHaveLength(2);
      expect(told.filter(name => name === `user.messages.deleted ${id}`)).toHaveLength(1);
      expect(told.filter(name => name === 'channel.updated')).toHaveLength(mode === 'hard' ? 1 : 0);
      if (mode === 'hard') {
        const dump = await data.dump();
        expect(rowsWith(dump, jane)).toEqual([]);
        expect(Object.keys(dump.users ?? {}).filter(one => one.startsWith('delete-user-'))).toHaveLength(1);
      }
    });
  }

  it('that ask for different deletions end with the one that goes further', async () => {
    const taskIds = await Promise.all([remove('soft'), remove('hard'), remove('soft'), remove('hard')]);
    const ends = await statuses(taskIds);
    expect(ends).not.toContain('failed');
    expect(rowsWith(await data.dump(), jane)).toEqual([]);
    expect(rowsWith(await data.dump(), world.secret)).toEqual([]);
  });

  it('leave nothing of who is gone in the pages that listeners read again', async () => {
    const start = { epoch: (await directory.events.position()).epoch, seq: 0 };
    const read = async () => {
      const page = await directory.events.pageAfter(start);
      if ('resyncAt' in page) throw new Error('the log lost its place');
      return page.events.map(({ full }) => JSON.stringify(full));
    };
    const before = await read();
    expect(before.some(text => text.includes(world.secret))).toBe(true);
    await directory.ended(await remove('hard'));
    const after = await read();
    expect(after.filter(text => text.includes(world.secret) || text.includes(jane))).toEqual([]);
    expect(after.length).toBeGreaterThanOrEqual(before.length);
  });

  it('that deactivate, reactivate and deactivate again leave one state, with its events in turn', async () => {
    const { lifeCycle } = directory;
    const taskIds = await Promise.all([
      lifeCycle.deactivateUsers(SERVER, [jane], true),
      lifeCycle.reactivateUsers(SERVER, [jane], true),
      lifeCycle.deactivateUsers(SERVER, [jane], true),
      lifeCycle.reactivateUsers(SERVER, [jane], true),
    ]);
    expect(await statuses(taskIds)).not.toContain('failed');
    const told = (await names()).filter(name => name.endsWith(`activated ${jane}`));
    for (const [place, name] of told.entries()) {
      expect(name).toBe(place % 2 === 0 ? `user.deactivated ${jane}` : `user.reactivated ${jane}`);
    }
    const { users = {}, messages = {}, sweeps } = await data.dump();
    const isIdle = users[jane]?.deactivated_at !== undefined;
    expect(told.length % 2 === 1).toBe(isIdle);
    expect(sweeps).toEqual({});
    expect(Object.values(messages).filter(row => row.deleted_with === 'deactivation').length > 0).toBe(
      isIdle,
    );
  });
});
