import { RollcallError } from '@rollcall/protocol';
import { describeOnEveryEngine } from '@rollcall/testing';
import sql from 'sql-template-tag';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lifeCycleHandler } from '../../src/life-cycle/life-cycle-handlers.js';
import type { TaskHandler } from '../../src/tasks/task-handler.js';
import { type ChangeActivity, deactivateUser, reactivateUser } from '../../src/users/activation.js';
import { SERVER, TasksFixture } from '../support/tasks/tasks-fixture.js';

const tools = { products: [], onErased: () => undefined };

function deactivateUsersJob(change: ChangeActivity): TaskHandler {
  return lifeCycleHandler(
    { type: 'users.deactivate', kind: 'deactivate', change },
    tools,
  ) as unknown as TaskHandler;
}

function reactivateUsersJob(change: ChangeActivity): TaskHandler {
  return lifeCycleHandler(
    { type: 'users.reactivate', kind: 'reactivate', change },
    tools,
  ) as unknown as TaskHandler;
}

describeOnEveryEngine('the bulk life-cycle tasks', engine => {
  let fixture: TasksFixture;

  beforeEach(async () => {
    fixture = await TasksFixture.open(engine);
  });

  afterEach(() => fixture.close());

  const deactivated = async () => {
    const rows = await fixture.unitOfWork.read(transaction =>
      transaction.query(sql`SELECT id FROM users WHERE deactivated_at IS NOT NULL ORDER BY created_at, id`),
    );
    return rows.map(row => String(row.id));
  };
  const deactivate = (ids: string[]) =>
    fixture.unitOfWork.write(async transaction => {
      for (const id of ids) await deactivateUser(transaction, SERVER, { id });
    });
  const outcomes = (ids: string[], status: 'done' | 'unchanged') =>
    Object.fromEntries(ids.map(id => [id, { status }]));

  it('deactivate a hundred users in steps of twenty, with one event for each', async () => {
    const ids = await fixture.addUsers(100);
    const gate = fixture.gate();
    fixture.startWorker(deactivateUsersJob(deactivateUser), { unitOfWork: gate });
    const { task_id } = await fixture.enqueue(ids);
    const progress: number[] = [];
    for await (const task of fixture.tasks.watch(task_id, new AbortController().signal)) {
      progress.push(task.progress.done);
      gate.allow(1);
    }
    expect(progress).toEqual([0, 0, 20, 40, 60, 80, 100]);
    expect((await deactivated()).toSorted()).toEqual(ids.toSorted());
    expect((await fixture.tasks.get(task_id)).result).toEqual({ users: outcomes(ids, 'done') });
    expect(await fixture.eventNames()).toEqual([
      'task.created',
      ...ids.map(id => `user.deactivated ${id}`),
      'task.completed',
    ]);
  });

  it('carry who asked for them into the events of the users', async () => {
    const ids = await fixture.addUsers(1);
    const { task_id } = await fixture.unitOfWork.write(transaction =>
      fixture.tasks.enqueue(
        transaction,
        { type: 'user', id: 'root' },
        { type: 'users.deactivate', input: { content: false }, users: ids },
      ),
    );
    fixture.startWorker(deactivateUsersJob(deactivateUser));
    await fixture.ended(task_id);
    const actors = (await fixture.events()).map(({ type, actor_id }) => [type, actor_id]);
    expect(actors).toEqual([
      ['task.created', 'root'],
      ['user.deactivated', 'root'],
      ['task.completed', 'root'],
    ]);
  });

  it('leave alone who is in that state already, and say so', async () => {
    const ids = await fixture.addUsers(4);
    await deactivate(['user-1', 'user-2']);
    fixture.startWorker(deactivateUsersJob(deactivateUser));
    const { task_id } = await fixture.enqueue(ids);
    expect(await fixture.ended(task_id)).toMatchObject({
      status: 'completed',
      progress: { done: 4, total: 4, failed: 0 },
      result: {
        users: { ...outcomes(['user-0', 'user-3'], 'done'), ...outcomes(['user-1', 'user-2'], 'unchanged') },
      },
    });
    expect((await fixture.eventNames()).slice(2)).toEqual([
      'task.created',
      'user.deactivated user-0',
      'user.deactivated user-3',
      'task.completed',
    ]);
  });

  it('reactivate users', async () => {
    const ids = await fixture.addUsers(3);
    await deactivate(['user-0', 'user-1']);
    fixture.startWorker(reactivateUsersJob(reactivateUser));
    const { task_id } = await fixture.enqueue(ids, { type: 'users.reactivate' });
    expect((await fixture.ended(task_id)).result).toEqual({
      users: { ...outcomes(['user-0', 'user-1'], 'done'), ...outcomes(['user-2'], 'unchanged') },
    });
    expect(await deactivated()).toEqual([]);
    expect((await fixture.eventNames()).slice(2)).toEqual([
      'task.created',
      'user.reactivated user-0',
      'user.reactivated user-1',
      'task.completed',
    ]);
  });

  it('record a user that is not there, and do all others', async () => {
    const ids = await fixture.addUsers(30);
    fixture.startWorker(deactivateUsersJob(deactivateUser));
    const { task_id } = await fixture.enqueue([...ids.slice(0, 10), 'nobody', ...ids.slice(10)]);
    const task = await fixture.ended(task_id);
    expect(task).toMatchObject({ status: 'completed', progress: { done: 30, total: 31, failed: 1 } });
    expect(task.result?.users.nobody).toMatchObject({ status: 'failed', error: { code: 'USER_NOT_FOUND' } });
    expect(await deactivated()).toHaveLength(30);
    expect(await fixture.eventNames()).toEqual([
      'task.created',
      ...ids.map(id => `user.deactivated ${id}`),
      'task.completed',
    ]);
  });

  it('record a user that a rule stands against, and do all others', async () => {
    const ids = await fixture.addUsers(5);
    const refusing: ChangeActivity = async (transaction, actor, change) =>
      change.id === 'user-2'
        ? { status: 'failed', error: { code: 'USERNAME_TAKEN', message: 'the name is taken' } }
        : deactivateUser(transaction, actor, change);
    fixture.startWorker(deactivateUsersJob(refusing));
    const { task_id } = await fixture.enqueue(ids);
    const others = ids.filter(id => id !== 'user-2');
    expect(await fixture.ended(task_id)).toMatchObject({
      status: 'completed',
      progress: { done: 4, total: 5, failed: 1 },
      result: {
        users: {
          ...outcomes(others, 'done'),
          'user-2': { status: 'failed', error: { code: 'USERNAME_TAKEN', message: 'the name is taken' } },
        },
      },
    });
    expect(await deactivated()).toEqual(others);
    expect(await fixture.eventNames()).toEqual([
      'task.created',
      ...others.map(id => `user.deactivated ${id}`),
      'task.completed',
    ]);
    expect(fixture.errors).toEqual([]);
  });

  it('blame no user for a storage that is away: the step is tried again', async () => {
    const ids = await fixture.addUsers(3);
    let outages = 2;
    const unreliable: ChangeActivity = (transaction, actor, change) => {
      if (outages-- > 0) throw new RollcallError('UNAVAILABLE', 'not now');
      return deactivateUser(transaction, actor, change);
    };
    fixture.startWorker(deactivateUsersJob(unreliable));
    const { task_id } = await fixture.enqueue(ids);
    expect((await fixture.ended(task_id)).result).toEqual({ users: outcomes(ids, 'done') });
    expect(fixture.errors).toHaveLength(2);
  });
});
