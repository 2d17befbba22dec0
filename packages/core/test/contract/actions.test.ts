import type { Filter, Task, UserAction } from '@rollcall/protocol';
import { type ActOnUsersOptions, LIMITS } from '@rollcall/protocol';
import { actOnUsersOptionsSchema, banUserSchema, userActionSchema } from '@rollcall/protocol/schemas';
import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { dropErased } from '../../src/actions/drop-erased.js';
import { tombstoneOf } from '../../src/users/tombstones.js';
import { LifeCycleFixture } from '../support/life-cycle/life-cycle-fixture.js';
import { makeWorld } from '../support/life-cycle/world.js';
import { SERVER } from '../support/test-directory.js';

const RIGHTS = { server: true, maxFilterValues: LIMITS.filterValues } as const;

/** What a caller asks for, as the router hands it on. */
const requestOf = (filter: Filter, action: UserAction, options: ActOnUsersOptions) => ({
  filter,
  action: userActionSchema.parse(action),
  options: actOnUsersOptionsSchema.parse(options),
});

const COUNTS = { done: 0, unchanged: 0, skipped: 0, superseded: 0, failed: 0 };

describeOnEveryEngine('an action on all users that match a filter', engine => {
  let fixture: LifeCycleFixture;

  beforeEach(async () => {
    fixture = await LifeCycleFixture.open(engine);
  });

  afterEach(() => fixture.close());

  const make = async (count: number, custom: object = {}, prefix = 'u') => {
    const ids = Array.from({ length: count }, (_, place) => `${prefix}${String(place).padStart(4, '0')}`);
    for (let from = 0; from < count; from += 100) {
      await fixture.users.upsert(
        SERVER,
        ids.slice(from, from + 100).map(id => ({ id, ...custom })),
      );
    }
    return ids;
  };
  const act = (filter: Filter, action: UserAction, options: ActOnUsersOptions) =>
    fixture.actions
      .act(SERVER, requestOf(filter, action, options), { rights: RIGHTS })
      .then(({ task_id }) => task_id);
  const preview = (filter: Filter, action: UserAction) =>
    fixture.actions.preview(requestOf(filter, action, {}), { rights: RIGHTS });
  const run = async (filter: Filter, action: UserAction, count: number, options: ActOnUsersOptions = {}) =>
    fixture.ended(await act(filter, action, { ...options, expected: { count } }));
  const read = async (id: string) => (await fixture.users.find([id]))[0];
  const resultOf = ({ status, progress, result }: Task) => ({ status, progress, result });

  it('reaches every one of them and nobody else, with an event each, and counts them', async () => {
    const ids = await make(450, { plan: 'free' });
    await make(3, { plan: 'pro' }, 'other');
    await fixture.newEvents();
    const task = await run({ plan: 'free' }, { type: 'deactivate' }, 450);
    expect(task).toMatchObject({ type: 'users.act', action: 'deactivate' });
    expect(resultOf(task)).toEqual({
      status: 'completed',
      progress: { done: 450, total: 450, failed: 0 },
      result: { users: {}, counts: { ...COUNTS, done: 450 } },
    });
    expect(await fixture.newEventNames()).toEqual(ids.map(id => `user.deactivated ${id}`));
    expect((await read('other0000'))?.deactivated_at).toBeUndefined();
  });

  it('is refused with both numbers when another number of users matches than was seen, and changes nothing', async () => {
    await make(5);
    await expect(act({}, { type: 'deactivate' }, { expected: { count: 4 } })).rejects.toMatchObject({
      code: 'REVISION_CONFLICT',
      field: 'expected',
      message: expect.stringMatching(/\b5\b.*\b4\b/),
    });
    await expect(act({}, { type: 'deactivate' }, { expected: { count: 6 } })).rejects.toMatchObject({
      code: 'REVISION_CONFLICT',
      message: expect.stringMatching(/\b5\b.*\b6\b/),
    });
    await expect(act({}, { type: 'deactivate' }, { max: 4 })).rejects.toMatchObject({
      code: 'REVISION_CONFLICT',
      field: 'max',
      message: expect.stringMatching(/\b5\b.*\b4\b/),
    });
    expect((await fixture.dump()).tasks).toEqual({});
  });

  it.each([
    ['neither a number that was seen nor a bound', {}, 'expected'],
    ['both of them', { expected: { count: 1 }, max: 1 }, 'max'],
    ['more users than are acted on at once', { expected: { count: 1_000_000, more: true } }, 'expected'],
  ])('is refused with %s', async (_what, options, field) => {
    await make(1);
    await expect(act({}, { type: 'deactivate' }, options)).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      field,
    });
  });

  it('takes up to so many users as a bound says, and none at all', async () => {
    await make(2);
    const task = await fixture.ended(await act({}, { type: 'deactivate' }, { max: 2 }));
    expect(task.result?.counts).toEqual({ ...COUNTS, done: 2 });
    const none = await fixture.ended(await act({ plan: 'none' }, { type: 'deactivate' }, { max: 2 }));
    expect(resultOf(none)).toMatchObject({ status: 'completed', progress: { done: 0, total: 0, failed: 0 } });
  });

  it('leaves out who matches only since it was asked for, and skips who does not match any more at its turn', async () => {
    await make(210, { plan: 'free' });
    await make(1, { plan: 'pro' }, 'late');
    const taskId = await act({ plan: 'free' }, { type: 'ban' }, { expected: { count: 210 } });
    const claimed = await fixture.step(await fixture.claim());
    expect(claimed.done).toBe(200);
    await fixture.users.upsert(SERVER, [
      { id: 'late0000', plan: 'free' },
      { id: 'u0205', plan: 'pro' },
      { id: 'between-u0205-and-more', plan: 'free' },
    ]);
    const task = await fixture.ended(taskId);
    expect(resultOf(task)).toEqual({
      status: 'completed',
      progress: { done: 210, total: 210, failed: 0 },
      result: { users: {}, counts: { ...COUNTS, done: 209, skipped: 1 } },
    });
    for (const id of ['late0000', 'u0205', 'between-u0205-and-more']) {
      expect((await read(id))?.banned, id).toBe(false);
    }
    expect((await read('u0204'))?.banned).toBe(true);
  });

  it('does nobody twice when a process dies in the middle of a step', async () => {
    await make(410);
    await fixture.newEvents();
    const taskId = await act({}, { type: 'set', set: { plan: 'new' } }, { expected: { count: 410 } });
    const row = await fixture.claim();
    await fixture.lostStep(row);
    await fixture.step(row);
    await fixture.lostStep(row);
    const task = await fixture.ended(taskId);
    expect(task.result?.counts).toEqual({ ...COUNTS, done: 410 });
    const events = await fixture.newEventNames();
    expect(events).toHaveLength(410);
    expect(new Set(events).size).toBe(410);
  });

  it('ends between two lists when it is cancelled, and says what happened', async () => {
    await make(450);
    const taskId = await act({}, { type: 'deactivate' }, { expected: { count: 450 } });
    await fixture.step(await fixture.claim());
    await fixture.tasks.cancel(SERVER, taskId);
    const task = await fixture.ended(taskId);
    expect(resultOf(task)).toEqual({
      status: 'cancelled',
      progress: { done: 200, total: 450, failed: 0 },
      result: { users: {}, counts: { ...COUNTS, done: 200 } },
    });
    expect((await read('u0199'))?.deactivated_at).toEqual(expect.any(Number));
    expect((await read('u0200'))?.deactivated_at).toBeUndefined();
    expect((await fixture.dump()).task_lists).toEqual({});
  });

  it('goes on to the end of those whose deletion it has begun when it is cancelled', async () => {
    await make(30);
    await fixture.addActivities('u0003', 250);
    const taskId = await act({}, { type: 'delete', messages: 'hard' }, { expected: { count: 30 } });
    const row = await fixture.step(await fixture.claim());
    expect(row).toMatchObject({ status: 'running', within_user: true });
    await fixture.tasks.cancel(SERVER, taskId);
    const task = await fixture.ended(taskId);
    expect(resultOf(task)).toMatchObject({
      status: 'cancelled',
      progress: { done: 20, total: 30, failed: 0 },
      result: { counts: { ...COUNTS, done: 20 } },
    });
    expect((await fixture.dump()).activities).toEqual({});
    expect((await read('u0019'))?.deleted_at).toEqual(expect.any(Number));
    expect((await read('u0020'))?.deleted_at).toBeUndefined();
  });

  it('tells each failure with its error, and counts those that it does not list', async () => {
    const count = LIMITS.actionFailures + 5;
    await make(count, { address: 'a text' });
    const task = await run({}, { type: 'set', set: { 'address.city': 'Ulm' } }, count);
    expect(task).toMatchObject({ status: 'completed', progress: { done: 0, total: count, failed: count } });
    expect(Object.keys(task.result?.users ?? {})).toHaveLength(LIMITS.actionFailures);
    expect(task.result?.users.u0000).toMatchObject({
      status: 'failed',
      error: { code: 'INPUT_INVALID', message: expect.stringContaining('address') },
    });
    expect(task.result).toMatchObject({ counts: { ...COUNTS, failed: count }, unlisted_failures: 5 });
    const [listed] = (await fixture.tasks.list({ limit: 10 })).tasks;
    expect(listed?.result).toMatchObject({ users: {}, unlisted_failures: count });
  }, 60_000);

  it('does what the call for one user does, and counts whom it changes nothing for', async () => {
    await make(3);
    const later = Date.parse('2026-06-01T00:00:00Z');
    const ban = { reason: 'spam', expires_at: new Date(later).toISOString(), banned_by_id: 'u0002' };
    const one = { id: { $in: ['u0000', 'u0001'] } };
    await fixture.users.partialUpdate(SERVER, [{ id: 'u0001', set: { name: 'Ann' } }], {
      fields: 'server',
      authorise: () => undefined,
    });
    expect((await run(one, { type: 'ban', ...ban }, 2)).result?.counts).toEqual({ ...COUNTS, done: 2 });
    expect(await read('u0000')).toMatchObject({ banned: true, ban_expires: later });
    expect((await fixture.dump()).bans?.u0001 ?? {}).toMatchObject({ reason: 'spam', banned_by_id: 'u0002' });
    expect((await run(one, { type: 'ban', ...ban }, 2)).result?.counts).toEqual({ ...COUNTS, unchanged: 2 });
    const other = { ...ban, reason: 'worse' };
    expect((await run(one, { type: 'ban', ...other }, 2)).result?.counts).toEqual({ ...COUNTS, done: 2 });
    expect((await run(one, { type: 'unban' }, 2)).result?.counts).toEqual({ ...COUNTS, done: 2 });
    expect(await read('u0000')).toMatchObject({ banned: false });
    const set = { type: 'set', set: { plan: 'pro' }, unset: ['name'] } as const;
    expect((await run(one, set, 2)).result?.counts).toEqual({ ...COUNTS, done: 2 });
    expect(await read('u0001')).toMatchObject({ custom: { plan: 'pro' } });
    expect((await read('u0001'))?.name).toBeUndefined();
    const revoke = { type: 'revoke_tokens' } as const;
    expect((await run(one, revoke, 2)).result?.counts).toEqual({ ...COUNTS, done: 2 });
    expect((await read('u0000'))?.revoke_tokens_issued_before).toEqual(expect.any(Number));
    expect((await run(one, { ...revoke, before: null }, 2)).result?.counts).toEqual({ ...COUNTS, done: 2 });
    expect((await run(one, { type: 'deactivate' }, 2)).result?.counts).toEqual({ ...COUNTS, done: 2 });
    const all = { include_deactivated_users: true };
    expect((await run(one, { type: 'reactivate' }, 2, all)).result?.counts).toEqual({ ...COUNTS, done: 2 });
    expect((await run(one, { type: 'reactivate' }, 2)).result?.counts).toEqual({ ...COUNTS, unchanged: 2 });
    expect((await run(one, { type: 'delete' }, 2)).result?.counts).toEqual({ ...COUNTS, done: 2 });
    const deleted = { include_deleted_users: true };
    const failed = await run(one, { type: 'deactivate' }, 2, deleted);
    expect(failed.result).toMatchObject({
      counts: { ...COUNTS, failed: 2 },
      users: { u0000: { status: 'failed', error: { code: 'USER_DELETED' } } },
    });
    expect(banUserSchema.safeParse({ id: 'u0000', ...ban }).success).toBe(true);
  });

  it('hides and restores content, and deletes users with all of it, as the calls for single users do', async () => {
    const world = await makeWorld(fixture, 'w');
    const mine = { id: { $in: [world.jane, world.bob] } };
    const before = (await fixture.dump()).messages;
    await run(mine, { type: 'deactivate', mark_messages_deleted: true }, 2);
    expect((await fixture.dump()).messages).not.toEqual(before);
    const all = { include_deactivated_users: true };
    const back = await run(mine, { type: 'reactivate', restore_messages: true }, 2, all);
    expect(back.result?.counts).toEqual({ ...COUNTS, done: 2 });
    expect((await fixture.dump()).messages).toEqual(before);
    const hard = { user: 'hard', messages: 'hard', conversations: 'hard', calls: 'hard' } as const;
    const gone = await run(mine, { type: 'delete', ...hard, new_channel_owner_id: world.heir }, 2);
    expect(gone.result).toEqual({ users: {}, counts: { ...COUNTS, done: 2 } });
    const stored = JSON.stringify(await fixture.dump());
    expect(stored).not.toContain(world.jane);
    expect(stored).not.toContain(world.secret);
  });

  it('writes one file for all of them, which goes when one of them is erased', async () => {
    const ids = await make(230);
    const task = await run({}, { type: 'export' }, 230);
    expect(task.result).toMatchObject({
      counts: { ...COUNTS, done: 230 },
      export: { bytes: expect.any(Number) },
    });
    const file = await fixture.exports.file(task.task_id);
    let text = '';
    for await (const piece of file?.chunks ?? []) text += piece;
    expect(Buffer.byteLength(text)).toBe(task.result?.export?.bytes);
    const users = text.split('\n').flatMap(line => {
      const record = line === '' ? {} : (JSON.parse(line) as { kind?: string; user_id?: string });
      return record.kind === 'user' ? [record.user_id] : [];
    });
    expect(users).toEqual(ids);
    const hard = { user: 'hard', messages: 'hard', conversations: 'hard' } as const;
    await run({ id: 'u0007' }, { type: 'delete', ...hard }, 1);
    expect(await fixture.exports.file(task.task_id)).toBeUndefined();
    expect(JSON.stringify(await fixture.dump())).not.toContain('u0007');
  });

  it('keeps nothing of a user who is erased meanwhile: not in its lists, its filter, nor its action', async () => {
    await make(203);
    const ids = { $in: ['u0001', 'u0201', 'u0202'] };
    const both = { $or: [{ id: ids }, { role: 'user' }, { 'custom.note': 'u0202' }] };
    const taskId = await act(both, { type: 'ban', banned_by_id: 'u0202' }, { expected: { count: 203 } });
    const hard = { user: 'hard', messages: 'hard', conversations: 'hard' } as const;
    const erasure = await act({ id: 'u0202' }, { type: 'delete', ...hard }, { expected: { count: 1 } });
    const first = await fixture.claim();
    const second = await fixture.claim();
    const [own] = [first, second].filter(({ id }) => id === erasure);
    if (!own) throw new Error('the erasure was not claimed');
    await fixture.finish(own);
    const { tasks, task_lists, task_users } = await fixture.dump();
    expect(JSON.stringify({ task_lists, task_users })).not.toContain('u0202');
    // The same text in another condition is no id.
    expect(JSON.stringify(tasks).match(/u0202/g)).toEqual(['u0202']);
    const task = await fixture.ended(taskId);
    expect(task.result?.counts).toEqual({ ...COUNTS, done: 202, skipped: 1 });
    expect(JSON.stringify(await fixture.dump())).not.toContain('u0202');
  });

  it('stores nobody who was erased after the look for those who match', async () => {
    const ids = await make(3);
    const readAt = fixture.clock.now;
    const hard = { user: 'hard', messages: 'hard', conversations: 'hard' } as const;
    await run({ id: 'u0002' }, { type: 'delete', ...hard }, 1);
    const looked = [{ first: 'u0000', last: 'u0002', ids }];
    const stored = await fixture.database.unitOfWork.write(transaction =>
      dropErased(transaction, looked, readAt),
    );
    expect(stored).toEqual([
      { first: 'u0000', last: 'u0001', ids: ['u0000', 'u0001', tombstoneOf('u0002')] },
    ]);
  });

  it('keeps neither filter nor action nor list when it has ended', async () => {
    await make(2, { note: 'very private' });
    await run({ note: 'very private' }, { type: 'set', set: { note: 'as private' } }, 2);
    const { tasks, task_lists } = await fixture.dump();
    expect(JSON.stringify({ tasks, task_lists })).not.toContain('private');
  });

  it('shows before what it would concern, and changes nothing', async () => {
    await make(12);
    const world = await makeWorld(fixture, 'w');
    const before = await fixture.dump();
    const { preview: seen, sample } = await preview({ id: { $autocomplete: 'u00' } }, { type: 'ban' });
    expect(seen).toEqual({ count: 12, more: false });
    expect(sample).toHaveLength(10);
    const jane = { id: world.jane };
    const removal = await preview(jane, { type: 'delete', messages: 'soft' });
    expect(removal.preview).toMatchObject({ count: 1, products: { chat: { messages: expect.any(Number) } } });
    expect(await fixture.dump()).toEqual(before);
  });

  it('is refused when it names somebody or something that is not there, or a value that no user may have', async () => {
    await make(2);
    const hard = { user: 'hard', messages: 'hard', conversations: 'hard' } as const;
    const heir = (id: string) => ({ type: 'delete', ...hard, new_channel_owner_id: id }) as const;
    await expect(run({}, { type: 'ban', banned_by_id: 'nobody' }, 2)).rejects.toMatchObject({
      code: 'USER_NOT_FOUND',
      field: 'banned_by_id',
    });
    await expect(run({}, heir('nobody'), 2)).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
    await expect(run({}, heir('u0001'), 2)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(run({}, { type: 'set', set: { role: 'nope' } }, 2)).rejects.toMatchObject({
      code: 'ROLE_NOT_FOUND',
    });
    await expect(run({}, { type: 'set', set: { revision: 7 } }, 2)).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      field: 'revision',
    });
    await expect(run({}, { type: 'set' }, 2)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    expect((await fixture.dump()).tasks).toEqual({});
  });
});
