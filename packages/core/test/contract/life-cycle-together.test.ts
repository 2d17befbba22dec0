import { deleteUsersSchema } from '@rollcall/protocol/schemas';
import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Blocks } from '../../src/blocks/blocks.js';
import { PreparedStatements } from '../../src/database/prepared-statements.js';
import { tombstoneOf } from '../../src/users/tombstones.js';
import { LifeCycleFixture } from '../support/life-cycle/life-cycle-fixture.js';
import { rowsWith } from '../support/life-cycle/stored-data.js';
import { SERVER } from '../support/test-directory.js';

const HARD = { user: 'hard', messages: 'hard', conversations: 'hard', calls: 'hard' } as const;
const BACK_END = { kind: 'server' } as const;
const RIGHTS = { fields: 'server', authorise: () => undefined } as const;

describeOnEveryEngine('users who are erased together', engine => {
  const ids = ['ann7', 'bob7', 'cat7', 'dan7', 'eve7'];
  let fixture: LifeCycleFixture;

  beforeEach(async () => {
    fixture = await LifeCycleFixture.open(engine);
    await fixture.users.upsert(
      SERVER,
      [...ids, 'zoe7'].map(id => ({ id, name: `Secret of ${id}` })),
    );
  });

  afterEach(() => fixture.close());

  const ask = (users: readonly string[], more: object = {}) =>
    fixture.lifeCycle.deleteUsers(SERVER, deleteUsersSchema.parse({ ids: users, ...HARD, ...more }));
  const leaveNothing = async (...users: string[]) => {
    const dump = await fixture.dump();
    for (const id of users) {
      const traces = [...rowsWith(dump, id), ...rowsWith(dump, `Secret of ${id}`)];
      expect(traces, id).toEqual([]);
    }
  };
  const done = (...users: string[]) =>
    Object.fromEntries(users.map(id => [tombstoneOf(id), expect.objectContaining({ status: 'done' })]));
  const stored = async () => Object.keys((await fixture.dump()).users ?? {}).sort();
  /** Everybody changes and blocks everybody else and is in a call with everybody else. */
  const entangle = async (rounds: number) => {
    for (const [number, id] of ids.entries()) {
      const others = ids.filter(other => other !== id);
      for (let round = 0; round < rounds; round++) {
        const changes = others.map(other => ({ id: other, set: { round: `${number}-${round}` } }));
        await fixture.users.partialUpdate({ type: 'user', id }, changes, RIGHTS);
      }
      await fixture.video.createCall(BACK_END, {
        type: 'audio',
        id: `call-${number}`,
        members: [...others, 'zoe7'],
        custom: {},
        user_id: id,
      });
    }
    const blocks = new Blocks(fixture.database.unitOfWork);
    for (const userId of [...ids, 'zoe7']) {
      for (const id of ids) {
        if (id !== userId) await blocks.block({ type: 'user', id: userId }, BACK_END, { userId, id });
      }
    }
  };

  it('leave nothing, though they name each other everywhere, in more entries of the log than one step takes', async () => {
    await entangle(12);
    const taskId = await ask(ids);
    let row = await fixture.claim();
    const progress = new Set<number>();
    const positions = new Set<unknown>();
    while (row.status === 'running') {
      row = await fixture.step(row);
      progress.add(row.done);
      positions.add((row.position as { forgottenTo?: number } | undefined)?.forgottenTo);
    }
    expect((await fixture.tasks.get(taskId)).result?.users).toEqual(done(...ids));
    expect([...progress]).toEqual([0, 5]);
    expect(positions.size).toBeGreaterThan(2);
    await leaveNothing(...ids);
    const zoe = (await fixture.users.find(['zoe7']))[0];
    expect(zoe).toMatchObject({ name: 'Secret of zoe7', blocked_user_ids: [] });
  });

  it('have one effect when each step is lost once and done again', async () => {
    await entangle(3);
    const taskId = await ask(ids);
    let row = await fixture.claim();
    while (row.status === 'running') {
      await fixture.lostStep(row);
      row = await fixture.step(row);
    }
    const task = await fixture.tasks.get(taskId);
    expect(task).toMatchObject({ status: 'completed', progress: { done: 5, total: 5, failed: 0 } });
    expect(task.result?.users).toEqual(done(...ids));
    await leaveNothing(...ids);
  });

  it('do not wait for one of them whom a later deletion has taken over', async () => {
    const first = await ask(ids);
    const row = await fixture.step(await fixture.claim());
    expect(row.position).toEqual({ ready: 5 });
    const second = await ask(['cat7']);
    await fixture.finish(row);
    const users = (await fixture.tasks.get(first)).result?.users;
    expect(users).toEqual({ ...done('ann7', 'bob7', 'dan7', 'eve7'), cat7: { status: 'superseded' } });
    expect(await stored()).toEqual(['cat7', 'zoe7']);
    expect((await fixture.ended(second)).result?.users).toEqual(done('cat7'));
    await leaveNothing(...ids);
  });

  it('are all ended, and one who was begun, when the task is cancelled, and no further user is begun', async () => {
    await fixture.addActivities('ann7', 20);
    await fixture.addActivities('bob7', 20);
    await fixture.addActivities('cat7', 150);
    const taskId = await ask(ids);
    const row = await fixture.step(await fixture.claim());
    expect(row).toMatchObject({ position: { ready: 2, through: ['chat', 'video'] }, within_user: true });
    await fixture.tasks.cancel(SERVER, taskId);
    const task = await fixture.ended(taskId);
    expect(task).toMatchObject({ status: 'cancelled', progress: { done: 3, total: 5, failed: 0 } });
    expect(task.result?.users).toEqual(done('ann7', 'bob7', 'cat7'));
    expect(await stored()).toEqual(['dan7', 'eve7', 'zoe7']);
    await leaveNothing('ann7', 'bob7', 'cat7');
  });

  it('are erased in one mode each: who keeps its id keeps it beside others who do not', async () => {
    await ask(['bob7']);
    await fixture.claim();
    const taskId = await ask(['ann7', 'bob7', 'cat7'], {
      user: 'pruning',
      messages: 'pruning',
      conversations: undefined,
      calls: undefined,
    });
    const users = (await fixture.ended(taskId)).result?.users;
    const kept = expect.objectContaining({ status: 'done' });
    expect(users).toEqual({ ann7: kept, cat7: kept, ...done('bob7') });
    expect(await stored()).toEqual(['ann7', 'cat7', 'dan7', 'eve7', 'zoe7']);
    const dump = await fixture.dump();
    for (const id of ['ann7', 'bob7', 'cat7']) expect(rowsWith(dump, `Secret of ${id}`)).toEqual([]);
    await leaveNothing('bob7');
  });

  it('go on from where a task of an earlier release stood, one user at a time', async () => {
    const taskId = await ask(['ann7', 'bob7']);
    const row = await fixture.step(await fixture.claim());
    expect(row.position).toEqual({ ready: 2 });
    await fixture.run(
      `UPDATE tasks SET position = '{"through":["chat","video","feeds"],"forgottenTo":0}' WHERE id = '${taskId}'`,
    );
    expect(await fixture.step(row)).toMatchObject({ done: 1, status: 'running' });
    await fixture.addActivities('bob7', 3);
    const task = await fixture.ended(taskId);
    expect(task.result?.users).toEqual(done('ann7', 'bob7'));
    await leaveNothing('ann7', 'bob7');
  });

  it('inherit nothing of each other: a system user who goes too is not the new owner', async () => {
    const heir = `delete-user-${tombstoneOf('ann7').slice(-16)}`;
    await fixture.chat.createChannel({
      viewer: BACK_END,
      type: 'team',
      id: 'one',
      userId: 'ann7',
      members: ['bob7'],
    });
    await fixture.run(
      `INSERT INTO users (id, id_words, role, teams, custom, invisible, banned, shadow_banned, blocked_user_ids, devices,
        online, created_at, updated_at, revision)
      VALUES ('${heir}', ' ${heir}', 'user', '[]', '{}', false, false, false, '[]', '[]', false, 1, 1, 1)`,
    );
    await fixture.ended(await ask([heir, 'ann7']));
    const owner = (await fixture.dump()).channels?.['team:one']?.owner_id;
    expect(await stored()).toContain(owner);
    await leaveNothing(heir, 'ann7');
  });

  // PostgreSQL runs the same statements past the place where they can be counted.
  it.skipIf(engine.name === 'postgres')('cost few statements more for each: less than ten', async () => {
    const many = Array.from({ length: 10 }, (_, index) => `many-${index}`);
    await fixture.users.upsert(
      SERVER,
      many.map(id => ({ id })),
    );
    for (const id of ['ann7', ...many]) await fixture.addActivities(id, 3);
    const run = vi.spyOn(PreparedStatements.prototype, 'run');
    const statements = async (users: readonly string[]) => {
      const taskId = await ask(users);
      run.mockClear();
      await fixture.finish(await fixture.claim());
      expect(await fixture.tasks.get(taskId)).toMatchObject({ progress: { done: users.length } });
      return run.mock.calls.length;
    };
    const one = await statements(['ann7']);
    const all = await statements(many);
    run.mockRestore();
    expect(one).toBeGreaterThan(10);
    expect((all - one) / (many.length - 1)).toBeLessThan(10);
  });
});
