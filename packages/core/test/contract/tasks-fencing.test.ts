import type { Task } from '@rollcall/protocol';
import { describeOnEveryDialect } from '@rollcall/testing';
import sql from 'sql-template-tag';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { claimTask } from '../../src/tasks/claim-task.js';
import { commitStep } from '../../src/tasks/commit-step.js';
import { TaskOvertaken } from '../../src/tasks/held-task.js';
import { LocalTaskNotifications } from '../../src/tasks/task-notifications.js';
import { GatedUnitOfWork } from '../support/tasks/gated-unit-of-work.js';
import { TasksFixture } from '../support/tasks/tasks-fixture.js';
import { touchHandler } from '../support/tasks/touch-handler.js';
import { until } from '../support/until.js';

const LONG_MS = 600_000;

describeOnEveryDialect('a task that several workers want', engine => {
  let fixture: TasksFixture;

  beforeEach(async () => {
    fixture = await TasksFixture.open(engine);
  });

  afterEach(() => fixture.close());

  const once = (ids: string[]) => Object.fromEntries(ids.map(id => [id, 1]));
  const eventsOfOneRun = (ids: string[]) => [
    'task.created',
    ...ids.map(id => `user.updated ${id}`),
    'task.completed',
  ];
  const claim = (options: { leaseMs?: number; signal?: AbortSignal } = {}) =>
    claimTask({
      unitOfWork: fixture.unitOfWork,
      types: ['users.deactivate'],
      leaseMs: LONG_MS,
      signal: new AbortController().signal,
      ...options,
    });

  it('is not taken by a worker that was asked to stop while it looked', async () => {
    const { task_id } = await fixture.enqueue(['jane']);
    expect(await claim({ signal: AbortSignal.abort() })).toBeUndefined();
    expect(await fixture.row(task_id)).toMatchObject({ status: 'pending', fence: 0, tries: 0 });
  });

  it('is shared out: two processes do all tasks between them and no user twice', async () => {
    const ids = await fixture.addUsers(10);
    const [first, second] = [touchHandler(), touchHandler()];
    const gate = fixture.gate();
    const tasks: Task[] = [];
    for (const part of [ids.slice(0, 3), ids.slice(3, 6), ids.slice(6)])
      tasks.push(await fixture.enqueue(part));
    fixture.startWorker(first, { unitOfWork: gate, concurrency: 1 });
    gate.allow(1);
    await until('the first worker has a task', () => gate.waiting === 1);
    const other = {
      unitOfWork: await fixture.otherUnitOfWork(),
      notifications: new LocalTaskNotifications(),
      concurrency: 1,
    };
    fixture.startWorker(second, other);
    await until('the second worker works too', () => second.begun.length > 0);
    gate.allow(1000);
    for (const { task_id } of tasks) expect((await fixture.ended(task_id)).status).toBe('completed');
    expect(first.begun.length).toBeGreaterThan(0);
    expect([...first.begun, ...second.begun].flat().toSorted()).toEqual(ids.toSorted());
    expect(await fixture.revisions()).toEqual(once(ids));
    expect(fixture.errors).toEqual([]);
  });

  it('goes to one of many that reach for it at the same moment', async () => {
    const { task_id } = await fixture.enqueue(['jane']);
    const claims = await Promise.all(Array.from({ length: 8 }, () => claim()));
    expect(claims.filter(row => row !== undefined)).toMatchObject([{ id: task_id, fence: 1, tries: 1 }]);
  });

  it('is passed over by those who find it being taken: they take the next', async () => {
    const made: string[] = [];
    for (let count = 0; count < 6; count++) made.push((await fixture.enqueue(['jane'])).task_id);
    const claims = await Promise.all(made.map(() => claim()));
    expect(claims.map(row => row?.id).toSorted()).toEqual(made.toSorted());
  });

  it('goes out oldest first', async () => {
    const made: string[] = [];
    for (let count = 0; count < 4; count++) {
      fixture.clock.now += 1;
      made.push((await fixture.enqueue(['jane'])).task_id);
    }
    const taken: (string | undefined)[] = [];
    for (let count = 0; count < 5; count++) taken.push((await claim())?.id);
    expect(taken).toEqual([...made, undefined]);
  });

  it('is kept through a lease that every step renews, and only through that', async () => {
    const ids = await fixture.addUsers(4);
    const { task_id } = await fixture.enqueue(ids);
    const row = await claim();
    await fixture.expireLease(task_id);
    const options = { unitOfWork: fixture.unitOfWork, handler: touchHandler() };
    const held = { id: task_id, fence: row?.fence ?? 0 };
    await commitStep({ ...options, held, leaseMs: LONG_MS });
    expect(await claim()).toBeUndefined();
    await fixture.expireLease(task_id);
    expect(await claim()).toMatchObject({ id: task_id, fence: 2, done: 2 });
  });

  it('is leased by the clock of the database, whatever the clocks of the processes show', async () => {
    const { task_id } = await fixture.enqueue(['jane']);
    fixture.clock.now = 8_000_000_000_000_000;
    expect(await claim()).toMatchObject({ id: task_id, fence: 1 });
    expect(await claim()).toBeUndefined();
    await fixture.expireLease(task_id);
    fixture.clock.now = 1;
    expect(await claim()).toMatchObject({ id: task_id, fence: 2 });
    expect(await claim()).toBeUndefined();
  });

  it('is finished by another when the one who took it died before its first step', async () => {
    const ids = await fixture.addUsers(4);
    const { task_id } = await fixture.enqueue(ids);
    const dead = new GatedUnitOfWork(fixture.unitOfWork);
    fixture.startWorker(touchHandler(), { unitOfWork: dead, leaseMs: 1, concurrency: 1, dropped: true });
    dead.allow(1);
    await until('it is about to take the first step', () => dead.waiting === 1);

    fixture.startWorker(touchHandler());
    expect(await fixture.ended(task_id)).toMatchObject({
      status: 'completed',
      progress: { done: 4, failed: 0 },
    });
    expect(await fixture.row(task_id)).toMatchObject({ fence: 2 });
    expect(await fixture.eventNames()).toEqual(eventsOfOneRun(ids));
  });

  it('goes on where it stopped when the one who worked on it died between two steps', async () => {
    const ids = await fixture.addUsers(6);
    const { task_id } = await fixture.enqueue(ids);
    const dead = new GatedUnitOfWork(fixture.unitOfWork);
    fixture.startWorker(touchHandler(), { unitOfWork: dead, leaseMs: 1, concurrency: 1, dropped: true });
    dead.allow(3);
    await until('it is about to take the third step', () => dead.waiting === 1);

    const successor = touchHandler();
    const begun = fixture.clock.now;
    fixture.clock.now += 1000;
    fixture.startWorker(successor);
    expect(await fixture.ended(task_id)).toMatchObject({
      status: 'completed',
      started_at: begun,
      finished_at: fixture.clock.now,
    });
    expect(successor.begun).toEqual([['user-4', 'user-5']]);
    expect(await fixture.revisions()).toEqual(once(ids));
    expect(await fixture.eventNames()).toEqual(eventsOfOneRun(ids));
  });

  it('is lost to one who stood still between two steps, and nothing of its late step stays', async () => {
    const ids = await fixture.addUsers(6);
    const { task_id } = await fixture.enqueue(ids);
    const gate = fixture.gate();
    const paused = touchHandler();
    const late = fixture.startWorker(paused, { unitOfWork: gate, leaseMs: 1, concurrency: 1 });
    gate.allow(2);
    await until('it stands before its second step', () => gate.waiting === 1);

    const successor = touchHandler();
    const second = fixture.gate(await fixture.otherUnitOfWork());
    fixture.startWorker(successor, { unitOfWork: second, leaseMs: LONG_MS });
    second.allow(2);
    await until('the other one did that step', () => second.waiting === 1 && successor.begun.length === 1);
    gate.allow(1);
    await late.stop();
    expect(await fixture.row(task_id)).toMatchObject({ status: 'running', fence: 2, done: 4 });
    second.allow(1000);
    expect((await fixture.ended(task_id)).status).toBe('completed');
    expect(paused.begun).toEqual([['user-0', 'user-1']]);
    expect(await fixture.revisions()).toEqual(once(ids));
    expect(await fixture.eventNames()).toEqual(eventsOfOneRun(ids));
    expect(fixture.errors).toEqual([]);
  });

  // On an embedded database a step holds the only writer, so nobody can take a task over in the middle of it.
  it.runIf(engine.name === 'postgres')(
    'is lost to one who stood still in the middle of a step: its changes and events are undone',
    async () => {
      const ids = await fixture.addUsers(6);
      const { task_id } = await fixture.enqueue(ids);
      let resume = () => undefined as unknown;
      const pause = new Promise(resolve => {
        resume = () => resolve(undefined);
      });
      let stands = false;
      const paused = touchHandler(some => {
        if (!some.includes('user-2') || stands) return undefined;
        stands = true;
        return pause;
      });
      fixture.startWorker(paused, { leaseMs: 1, concurrency: 1 });
      await until('it stands in the middle of its second step', () => stands);

      const successor = touchHandler();
      fixture.startWorker(successor, {
        unitOfWork: await fixture.otherUnitOfWork(),
        notifications: new LocalTaskNotifications(),
      });
      await until('another one took the task', async () => (await fixture.row(task_id)).fence === 2);
      resume();
      expect(await fixture.ended(task_id)).toMatchObject({
        status: 'completed',
        progress: { done: 6, failed: 0 },
      });
      expect(paused.begun).toEqual([
        ['user-0', 'user-1'],
        ['user-2', 'user-3'],
      ]);
      expect(await fixture.revisions()).toEqual(once(ids));
      expect(await fixture.eventNames()).toEqual(eventsOfOneRun(ids));
      expect(fixture.errors).toEqual([]);
    },
  );

  it('is lost in the very last moment of a step too: nothing of the step stays', async () => {
    const ids = await fixture.addUsers(2);
    const { task_id } = await fixture.enqueue(ids);
    const row = await claim();
    const handler = touchHandler((_, { transaction }) =>
      transaction.query(sql`UPDATE tasks SET fence = fence + 1 WHERE id = ${task_id}`),
    );
    const options = { unitOfWork: fixture.unitOfWork, handler, leaseMs: LONG_MS };
    const step = commitStep({ ...options, held: { id: task_id, fence: row?.fence ?? 0 } });
    await expect(step).rejects.toThrow(TaskOvertaken);
    expect(await fixture.revisions()).toEqual({ 'user-0': 0, 'user-1': 0 });
    expect(await fixture.eventNames()).toEqual(['task.created']);
    expect(await fixture.tasks.get(task_id)).toMatchObject({ status: 'running', progress: { done: 0 } });
  });

  it('has failed when five workers died over the same step', async () => {
    const ids = await fixture.addUsers(4);
    const { task_id } = await fixture.enqueue(ids);
    const first = await claim();
    const options = {
      unitOfWork: fixture.unitOfWork,
      handler: touchHandler(),
      leaseMs: LONG_MS,
    };
    await commitStep({ ...options, held: { id: task_id, fence: first?.fence ?? 0 } });
    for (let death = 1; death < 5; death++) {
      await fixture.expireLease(task_id);
      expect(await claim()).toMatchObject({ status: 'running', tries: death + 1 });
    }
    await fixture.expireLease(task_id);
    expect(await claim()).toMatchObject({ id: task_id, status: 'failed' });
    expect(await claim()).toBeUndefined();
    expect(await fixture.tasks.get(task_id)).toMatchObject({
      status: 'failed',
      progress: { done: 2, total: 4, failed: 0 },
      error: { code: 'INTERNAL', message: expect.stringContaining('5 times') },
      result: { users: { 'user-0': { status: 'done' }, 'user-1': { status: 'done' } } },
    });
    expect(await fixture.eventNames()).toEqual([
      'task.created',
      'user.updated user-0',
      'user.updated user-1',
      'task.failed',
    ]);
  });

  it('does not keep a worker from the next one when it has failed like that', async () => {
    const dead = await fixture.enqueue(['jane']);
    for (let death = 0; death < 5; death++) {
      await claim();
      await fixture.expireLease(dead.task_id);
    }
    const ids = await fixture.addUsers(2);
    const { task_id } = await fixture.enqueue(ids);
    fixture.startWorker(touchHandler());
    expect((await fixture.ended(task_id)).status).toBe('completed');
    expect((await fixture.ended(dead.task_id)).status).toBe('failed');
  });

  it('tells the truth however often workers fail and overtake each other', async () => {
    const ids = await fixture.addUsers(100);
    const tasks: Task[] = [];
    for (let begin = 0; begin < ids.length; begin += 10) {
      tasks.push(await fixture.enqueue(ids.slice(begin, begin + 10)));
    }
    let steps = 0;
    const handler = touchHandler(() => {
      steps += 1;
      if (steps % 5 === 0) throw new Error('not now');
    });
    const unitOfWork = await fixture.otherUnitOfWork();
    // A lease that has run out when it begins: every look may take a task from the worker that has it.
    for (let count = 0; count < 3; count++) {
      fixture.startWorker(handler, { unitOfWork, leaseMs: 0, concurrency: 3, pollMs: 1 });
    }
    const told: Record<string, number> = Object.fromEntries(ids.map(id => [id, 0]));
    const names: string[] = [];
    for (const { task_id } of tasks) {
      const { status, result, progress } = await fixture.ended(task_id);
      const changed = Object.keys(result?.users ?? {});
      for (const id of changed) told[id] = 1;
      names.push('task.created', `task.${status}`, ...changed.map(id => `user.updated ${id}`));
      expect(progress).toEqual({ done: changed.length, total: 10, failed: 0 });
      expect(changed.length === 10).toBe(status === 'completed');
    }
    expect(await fixture.revisions()).toEqual(told);
    expect((await fixture.eventNames()).toSorted()).toEqual(names.toSorted());
  });
});
