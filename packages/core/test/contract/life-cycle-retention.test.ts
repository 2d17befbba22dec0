import { deleteUsersSchema } from '@rollcall/protocol/schemas';
import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { dropOldExports, pruneTasks, purgeDeletedUsers } from '../../src/maintenance/retention.js';
import { LifeCycleFixture } from '../support/life-cycle/life-cycle-fixture.js';
import { rowsWith } from '../support/life-cycle/stored-data.js';
import { refusal, SERVER } from '../support/test-directory.js';

const DAY_MS = 24 * 60 * 60 * 1000;

describeOnEveryEngine('retention', engine => {
  let fixture: LifeCycleFixture;
  const { signal } = new AbortController();

  beforeEach(async () => {
    fixture = await LifeCycleFixture.open(engine);
    await fixture.users.upsert(
      SERVER,
      ['jane', 'bob', 'carl'].map(id => ({ id, name: `Name of ${id}` })),
    );
  });

  afterEach(() => fixture.close());

  const remove = (...ids: string[]) =>
    fixture.lifeCycle.deleteUsers(SERVER, deleteUsersSchema.parse({ ids, messages: 'soft' }));
  const settle = async () => {
    for (;;) {
      const { tasks } = await fixture.tasks.list({ status: 'pending', limit: 1 });
      if (!tasks[0]) return;
      await fixture.ended(tasks[0].task_id);
    }
  };
  const purge = (before: number) => {
    const { lifeCycle, database } = fixture;
    return purgeDeletedUsers({ unitOfWork: database.unitOfWork, lifeCycle }, before, signal);
  };

  it('hard-deletes, content included, the users who were deleted before the time, and no others', async () => {
    await fixture.addActivities('jane', 5);
    await fixture.ended(await remove('jane'));
    fixture.clock.now += 10 * DAY_MS;
    await fixture.ended(await remove('bob'));
    const before = fixture.clock.now - DAY_MS;
    await fixture.newEvents();
    await Promise.all([purge(before), purge(before)]);
    await settle();
    await purge(before);
    await settle();
    const dump = await fixture.dump();
    expect(rowsWith(dump, 'jane')).toEqual([]);
    expect(Object.keys(dump.users ?? {}).sort()).toEqual(['bob', 'carl']);
    expect(dump.users?.bob).toMatchObject({ name: 'Name of bob', deletion: 'soft' });
    const events = (await fixture.newEvents()).filter(({ type }) => String(type).startsWith('user.'));
    expect(events.map(({ type }) => type)).toEqual(['user.deleted', 'user.messages.deleted']);
    for (const { actor_type } of events) expect(actor_type).toBe('system');
  });

  it('forgets ended tasks of before the time, with their users, and no other', async () => {
    const old = await fixture.lifeCycle.deactivateUsers(SERVER, ['jane', 'bob'], false);
    await fixture.ended(old);
    fixture.clock.now += 10 * DAY_MS;
    const young = await fixture.lifeCycle.reactivateUsers(SERVER, ['jane'], false);
    await fixture.ended(young);
    const waiting = await fixture.lifeCycle.deactivateUsers(SERVER, ['carl'], false);
    await pruneTasks(fixture.database.unitOfWork, fixture.clock.now - DAY_MS, signal);
    expect(await refusal(fixture.tasks.get(old))).toMatchObject({ code: 'TASK_NOT_FOUND' });
    const { tasks = {}, task_users = {} } = await fixture.dump();
    expect(Object.keys(tasks).sort()).toEqual([young, waiting].sort());
    expect(Object.keys(task_users).sort()).toEqual([`${young} 0`, `${waiting} 0`].sort());
    await fixture.ended(waiting);
    await pruneTasks(fixture.database.unitOfWork, fixture.clock.now + 1, signal);
    expect((await fixture.dump()).tasks).toEqual({});
  });

  it('removes the files of exports that ended before the time, and says so of their tasks', async () => {
    const old = await fixture.exports.exportUsers(SERVER, ['jane']);
    await fixture.ended(old);
    fixture.clock.now += 2 * DAY_MS;
    const young = await fixture.exports.exportUsers(SERVER, ['bob']);
    await fixture.ended(young);
    await dropOldExports(fixture.database.unitOfWork, signal);
    expect(await fixture.exports.file(old)).toBeUndefined();
    expect((await fixture.tasks.get(old)).result).toEqual({
      users: { jane: expect.objectContaining({ status: 'done' }) },
    });
    expect(await fixture.exports.file(young)).toMatchObject({ bytes: expect.any(Number) });
    const { export_chunks = {} } = await fixture.dump();
    expect(Object.values(export_chunks).every(row => row.task_id === young)).toBe(true);
    expect(Object.keys(export_chunks)).not.toEqual([]);
  });
});
