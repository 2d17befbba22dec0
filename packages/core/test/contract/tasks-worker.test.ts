import { RollcallError, type Task } from '@rollcall/protocol';
import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { UnitOfWork } from '../../src/database/unit-of-work.js';
import { LocalTaskNotifications } from '../../src/tasks/task-notifications.js';
import { SERVER, TasksFixture } from '../support/tasks/tasks-fixture.js';
import { touchHandler } from '../support/tasks/touch-handler.js';
import { until } from '../support/until.js';

const FOREVER_MS = 2 ** 30;

/** A task as its events tell of it: who was erased must not live on in the log. */
function told({ result: _, started_by: __, ...task }: Task): Task {
  return task;
}

describeOnEveryEngine('a task worker', engine => {
  let fixture: TasksFixture;

  beforeEach(async () => {
    fixture = await TasksFixture.open(engine);
  });

  afterEach(() => fixture.close());

  const touched = (ids: string[]) => ids.map(id => `user.updated ${id}`);
  const done = (ids: string[]) => ({ users: Object.fromEntries(ids.map(id => [id, { status: 'done' }])) });

  it('does a task step by step, each with its events, and says at the end what became of everybody', async () => {
    const ids = await fixture.addUsers(5);
    const { task_id } = await fixture.enqueue(ids);
    const handler = touchHandler();
    fixture.startWorker(handler);
    const task = await fixture.ended(task_id);
    expect(task).toEqual({
      task_id,
      type: 'users.deactivate',
      status: 'completed',
      progress: { done: 5, total: 5, failed: 0 },
      created_at: fixture.clock.now,
      updated_at: fixture.clock.now,
      started_at: fixture.clock.now,
      finished_at: fixture.clock.now,
      started_by: SERVER,
      result: done(ids),
    });
    expect(handler.begun).toEqual([['user-0', 'user-1'], ['user-2', 'user-3'], ['user-4']]);
    expect(await fixture.revisions()).toEqual(Object.fromEntries(ids.map(id => [id, 1])));
    expect(await fixture.eventNames()).toEqual(['task.created', ...touched(ids), 'task.completed']);
    expect((await fixture.events()).at(-1)).toMatchObject({
      actor_type: 'server',
      data: { task: told(task) },
    });
    expect(fixture.errors).toEqual([]);
  });

  it('is woken by a task that is made while it is idle', async () => {
    const ids = await fixture.addUsers(1);
    fixture.startWorker(touchHandler(), { pollMs: FOREVER_MS });
    for (let round = 0; round < 3; round++) {
      const { task_id } = await fixture.enqueue(ids);
      expect((await fixture.ended(task_id)).status).toBe('completed');
    }
  });

  it('goes on to the next task as soon as one has ended', async () => {
    const ids = await fixture.addUsers(1);
    const tasks = [await fixture.enqueue(ids), await fixture.enqueue(ids), await fixture.enqueue(ids)];
    fixture.startWorker(touchHandler(), { pollMs: FOREVER_MS, concurrency: 1 });
    for (const { task_id } of tasks) expect((await fixture.ended(task_id)).status).toBe('completed');
  });

  it('finds tasks that it got no notification of', async () => {
    const ids = await fixture.addUsers(1);
    fixture.startWorker(touchHandler(), { notifications: new LocalTaskNotifications() });
    const { task_id } = await fixture.enqueue(ids);
    expect((await fixture.ended(task_id)).status).toBe('completed');
  });

  it('leaves tasks alone that it has no handler for', async () => {
    const ids = await fixture.addUsers(1);
    const other = await fixture.enqueue(ids, { type: 'users.reactivate' });
    const own = await fixture.enqueue(ids);
    fixture.startWorker(touchHandler());
    await fixture.ended(own.task_id);
    expect((await fixture.tasks.get(other.task_id)).status).toBe('pending');
  });

  it('works on as many tasks at once as it may, and never on more', async () => {
    const ids = await fixture.addUsers(6);
    const tasks: Task[] = [];
    for (let count = 0; count < 5; count++) tasks.push(await fixture.enqueue(ids));
    const open = new Set<string>();
    let most = 0;
    const handler = touchHandler((some, { task }) => {
      open.add(task.id);
      most = Math.max(most, open.size);
      if (some.includes('user-5')) open.delete(task.id);
    });
    const gate = fixture.gate();
    fixture.startWorker(handler, { unitOfWork: gate, concurrency: 2 });
    await until('it takes its first task', () => gate.waiting === 1);
    gate.allow(1);
    await until('it takes another beside the first step', () => gate.waiting === 2);
    gate.allow(2);
    await until('it is about to take a step of each', () => gate.waiting === 2);
    const running = await fixture.tasks.list({ status: 'running', limit: 100 });
    expect(running.tasks).toHaveLength(2);
    gate.allow(1000);
    for (const { task_id } of tasks) expect((await fixture.ended(task_id)).status).toBe('completed');
    expect(most).toBeLessThanOrEqual(2);
    expect(await fixture.revisions()).toEqual(Object.fromEntries(ids.map(id => [id, 5])));
  });

  it('tries a step that fails again, and its effect happens once', async () => {
    const ids = await fixture.addUsers(4);
    const { task_id } = await fixture.enqueue(ids);
    let failures = 0;
    const handler = touchHandler(some => {
      if (some.includes('user-2') && failures++ < 3) throw new Error('not now');
    });
    fixture.startWorker(handler);
    expect(await fixture.ended(task_id)).toMatchObject({ status: 'completed', result: done(ids) });
    expect(await fixture.revisions()).toEqual(Object.fromEntries(ids.map(id => [id, 1])));
    expect(await fixture.eventNames()).toEqual(['task.created', ...touched(ids), 'task.completed']);
    expect(fixture.errors.map(({ context }) => context)).toEqual(
      Array(3).fill(`a step of task ${task_id} (users.deactivate)`),
    );
  });

  it('counts the tries of each step from the start', async () => {
    const ids = await fixture.addUsers(6);
    const { task_id } = await fixture.enqueue(ids);
    const failures: Record<string, number> = {};
    const handler = touchHandler(([first = '']) => {
      failures[first] = (failures[first] ?? 0) + 1;
      if (failures[first] < 5) throw new Error('not now');
    });
    fixture.startWorker(handler);
    expect((await fixture.ended(task_id)).status).toBe('completed');
    expect(failures).toEqual({ 'user-0': 5, 'user-2': 5, 'user-4': 5 });
  });

  it('gives a task up after five tries, hides the fault, and tells truthfully what was done', async () => {
    const ids = await fixture.addUsers(6);
    const { task_id } = await fixture.enqueue(ids);
    const fault = new Error('secret detail');
    const handler = touchHandler(some => {
      if (some.includes('user-2')) throw fault;
    });
    fixture.startWorker(handler);
    const task = await fixture.ended(task_id);
    expect(task).toMatchObject({
      status: 'failed',
      progress: { done: 2, total: 6, failed: 0 },
      error: { code: 'INTERNAL', message: expect.not.stringContaining('secret') },
    });
    expect(task.result).toEqual(done(['user-0', 'user-1']));
    expect(await fixture.revisions()).toMatchObject({ 'user-1': 1, 'user-2': 0, 'user-4': 0 });
    expect(await fixture.eventNames()).toEqual([
      'task.created',
      ...touched(['user-0', 'user-1']),
      'task.failed',
    ]);
    expect((await fixture.events()).at(-1)?.data).toEqual({ task: told(task) });
    expect(fixture.errors.map(({ error }) => error)).toEqual(Array(5).fill(fault));
    expect(handler.begun).toHaveLength(6);
  });

  it('tells the error that a task failed with when it is one that callers know', async () => {
    const { task_id } = await fixture.enqueue(await fixture.addUsers(1));
    fixture.startWorker(
      touchHandler(() => {
        throw new RollcallError('NOT_FOUND', 'there is no such thing');
      }),
    );
    expect((await fixture.ended(task_id)).error).toEqual({
      code: 'NOT_FOUND',
      message: 'there is no such thing',
    });
  });

  it('stops a cancelled task before its next step; what is done stays done', async () => {
    const ids = await fixture.addUsers(6);
    const { task_id } = await fixture.enqueue(ids);
    const gate = fixture.gate();
    fixture.startWorker(touchHandler(), { unitOfWork: gate });
    gate.allow(2);
    await until('the second step is about to begin', () => gate.waiting === 1);
    const answer = await fixture.tasks.cancel({ type: 'user', id: 'root' }, task_id);
    expect(answer).toMatchObject({ status: 'running', progress: { done: 2 } });
    gate.allow(10);
    const task = await fixture.ended(task_id);
    expect(task).toMatchObject({ status: 'cancelled', progress: { done: 2, total: 6, failed: 0 } });
    expect(task.result).toEqual(done(['user-0', 'user-1']));
    expect(await fixture.eventNames()).toEqual([
      'task.created',
      ...touched(['user-0', 'user-1']),
      'task.cancelled',
    ]);
    expect((await fixture.events()).at(-1)).toMatchObject({
      actor_type: 'user',
      actor_id: 'root',
      data: { task: told(task) },
    });
    expect(fixture.errors).toEqual([]);
  });

  it('does not bring a task back that was cancelled while it waited for its next try', async () => {
    const { task_id } = await fixture.enqueue(await fixture.addUsers(1));
    const handler = touchHandler(() => {
      throw new Error('not now');
    });
    fixture.startWorker(handler, { backOff: { baseMs: FOREVER_MS, capMs: FOREVER_MS } });
    await until('the task waits', async () => (await fixture.row(task_id)).run_at > 0);
    expect((await fixture.tasks.cancel(SERVER, task_id)).status).toBe('cancelled');
    expect(await fixture.eventNames()).toEqual(['task.created', 'task.cancelled']);
    expect(handler.begun).toHaveLength(1);
  });

  it('cancels a task whose step fails after the cancellation, instead of trying it again', async () => {
    const { task_id } = await fixture.enqueue(await fixture.addUsers(1));
    const gate = fixture.gate();
    const handler = touchHandler(() => {
      throw new Error('not now');
    });
    fixture.startWorker(handler, { unitOfWork: gate, backOff: { baseMs: FOREVER_MS, capMs: FOREVER_MS } });
    gate.allow(2);
    await until('the error is about to be recorded', () => gate.waiting === 1 && fixture.errors.length === 1);
    await fixture.tasks.cancel(SERVER, task_id);
    gate.allow(10);
    expect((await fixture.ended(task_id)).status).toBe('cancelled');
    expect(await fixture.eventNames()).toEqual(['task.created', 'task.cancelled']);
  });

  it('stops after the present step and leaves the rest to be taken at once, with no try counted', async () => {
    const ids = await fixture.addUsers(6);
    const { task_id } = await fixture.enqueue(ids);
    const gate = fixture.gate();
    const worker = fixture.startWorker(touchHandler(), { unitOfWork: gate, leaseMs: FOREVER_MS });
    gate.allow(1);
    await until('the first step is about to begin', () => gate.waiting === 1);
    const stopped = worker.stop();
    gate.allow(2);
    await stopped;
    expect(await fixture.row(task_id)).toMatchObject({ status: 'pending', done: 2, tries: 0 });

    fixture.startWorker(touchHandler());
    expect(await fixture.ended(task_id)).toMatchObject({ status: 'completed', result: done(ids) });
    expect(await fixture.eventNames()).toEqual(['task.created', ...touched(ids), 'task.completed']);
    expect(fixture.errors).toEqual([]);
  });

  it('ends a task that was cancelled while it stopped', async () => {
    const { task_id } = await fixture.enqueue(await fixture.addUsers(6));
    const gate = fixture.gate();
    const worker = fixture.startWorker(touchHandler(), { unitOfWork: gate });
    gate.allow(1);
    await until('the first step is about to begin', () => gate.waiting === 1);
    const stopped = worker.stop();
    gate.allow(1);
    await until('the task is about to be given back', async () => {
      return gate.waiting === 1 && (await fixture.row(task_id)).done === 2;
    });
    await fixture.tasks.cancel(SERVER, task_id);
    gate.allow(1);
    await stopped;
    expect(await fixture.tasks.get(task_id)).toMatchObject({ status: 'cancelled', progress: { done: 2 } });
    expect((await fixture.eventNames()).at(-1)).toBe('task.cancelled');
  });

  it('stops at once when it is idle, and takes nothing afterwards', async () => {
    const worker = fixture.startWorker(touchHandler(), { pollMs: FOREVER_MS });
    await worker.stop();
    const { task_id } = await fixture.enqueue(['jane']);
    await worker.stop();
    expect((await fixture.tasks.get(task_id)).status).toBe('pending');
  });

  it('keeps working when the storage fails at any point, and when nobody can be told of it', async () => {
    const ids = await fixture.addUsers(4);
    const { task_id } = await fixture.enqueue(ids);
    const inner = fixture.unitOfWork;
    // One look; a look and its claim; a look, a claim, a step, and giving the task back after it.
    const fails = [true, false, true, false, false, true, true];
    const tumble = <Result>(run: () => Promise<Result>): Promise<Result> =>
      fails.shift() ? Promise.reject(new RollcallError('UNAVAILABLE', 'not now')) : run();
    const flaky: UnitOfWork = {
      dialect: inner.dialect,
      writesAtOnce: inner.writesAtOnce,
      inTransaction: false,
      writable: true,
      state: inner.state,
      read: work => tumble(() => inner.read(work)),
      write: work => tumble(() => inner.write(work)),
      onLogged: listener => inner.onLogged(listener),
      aside: () => Promise.reject(new Error('not used')),
      warmUp: () => inner.warmUp(),
      scrub: () => inner.scrub(),
      close: () => inner.close(),
    };
    const contexts: string[] = [];
    const onError = (_: unknown, context: string) => {
      contexts.push(context);
      throw new Error('nobody can be told');
    };
    fixture.startWorker(touchHandler(), { unitOfWork: flaky, onError, leaseMs: 1, concurrency: 1 });
    expect((await fixture.ended(task_id)).status).toBe('completed');
    expect(contexts).toEqual([
      'taking a task',
      'taking a task',
      `a step of task ${task_id} (users.deactivate)`,
      `releasing task ${task_id} (users.deactivate)`,
    ]);
    expect(await fixture.eventNames()).toEqual(['task.created', ...touched(ids), 'task.completed']);
  });
});
