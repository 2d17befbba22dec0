import { listTasksOptionsSchema } from '@rollcall/protocol/schemas';
import { describeOnEveryEngine } from '@rollcall/testing';
import sql from 'sql-template-tag';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SERVER, TasksFixture } from '../support/tasks/tasks-fixture.js';

describeOnEveryEngine('tasks', engine => {
  let fixture: TasksFixture;

  beforeEach(async () => {
    fixture = await TasksFixture.open(engine);
  });

  afterEach(() => fixture.close());

  const list = (options: object = {}) => fixture.tasks.list(listTasksOptionsSchema.parse(options));
  const request = { type: 'users.deactivate' as const, input: {}, users: ['jane'] };
  const addRole = sql`INSERT INTO roles (name, created_at) VALUES ('beside', 1)`;

  it('are made in the transaction of the change that asks for them, with their event', async () => {
    const task = await fixture.unitOfWork.write(async transaction => {
      await transaction.query(addRole);
      return fixture.tasks.enqueue(transaction, { type: 'user', id: 'root' }, request);
    });
    expect(task).toEqual({
      task_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      type: 'users.deactivate',
      status: 'pending',
      progress: { done: 0, total: 1, failed: 0 },
      created_at: fixture.clock.now,
      updated_at: fixture.clock.now,
    });
    // Who asked is in the event, as its actor: the log forgets it there when the user is erased.
    expect(await fixture.tasks.get(task.task_id)).toEqual({
      ...task,
      started_by: { type: 'user', id: 'root' },
    });
    expect(await fixture.events()).toEqual([
      { type: 'task.created', actor_type: 'user', actor_id: 'root', user_id: null, data: { task } },
    ]);
  });

  it('leave nothing behind when that change rolls back: no task, no event, no wake-up', async () => {
    const notifications: unknown[] = [];
    fixture.notifications.subscribe(notification => notifications.push(notification));
    const failing = fixture.unitOfWork.write(async transaction => {
      await fixture.tasks.enqueue(transaction, SERVER, request);
      await transaction.query(addRole);
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    expect(await list()).toEqual({ tasks: [] });
    expect(await fixture.events()).toEqual([]);
    expect(notifications).toEqual([]);
  });

  it('wake workers after the commit', async () => {
    const notifications: unknown[] = [];
    fixture.notifications.subscribe(notification => notifications.push(notification));
    const task = await fixture.enqueue(['jane']);
    expect(notifications).toEqual([{ taskId: task.task_id, claimable: true }]);
  });

  it('that nobody made are not found', async () => {
    const unknown = '00000000-0000-4000-8000-000000000000';
    await expect(fixture.tasks.get(unknown)).rejects.toMatchObject({ code: 'TASK_NOT_FOUND' });
    await expect(fixture.tasks.cancel(SERVER, unknown)).rejects.toMatchObject({ code: 'TASK_NOT_FOUND' });
    expect(await fixture.events()).toEqual([]);
  });

  it('are listed newest first, in pages that hold each exactly once whatever is made meanwhile', async () => {
    const made: string[] = [];
    for (let index = 0; index < 7; index++) {
      // Pairs of the same time: the id has to break the tie.
      fixture.clock.now += index % 2;
      made.push((await fixture.enqueue(['jane'])).task_id);
    }
    const pages: string[][] = [];
    let next: string | undefined;
    do {
      const page = await list({ limit: 3, ...(next && { next }) });
      pages.push(page.tasks.map(task => task.task_id));
      next = page.next;
      fixture.clock.now += 1;
      await fixture.enqueue(['later']);
    } while (next);
    expect(pages.map(page => page.length)).toEqual([3, 3, 1]);
    expect(pages.flat().toSorted()).toEqual(made.toSorted());

    const { tasks } = await list();
    expect(tasks).toHaveLength(10);
    const times = tasks.map(task => task.created_at);
    expect(times).toEqual(times.toSorted((a, b) => b - a));
  });

  it('are listed by status and type', async () => {
    const waiting = await fixture.enqueue(['jane']);
    const cancelled = await fixture.enqueue(['jane'], { type: 'users.reactivate' });
    await fixture.tasks.cancel(SERVER, cancelled.task_id);
    const ids = async (options: object) => (await list(options)).tasks.map(task => task.task_id);
    expect(await ids({ status: 'pending' })).toEqual([waiting.task_id]);
    expect(await ids({ status: 'cancelled' })).toEqual([cancelled.task_id]);
    expect(await ids({ type: 'users.reactivate' })).toEqual([cancelled.task_id]);
    expect(await ids({ type: 'users.reactivate', status: 'pending' })).toEqual([]);
  });

  it('are not listed from a cursor that is garbage or of another list', async () => {
    for (let count = 0; count < 3; count++) await fixture.enqueue(['jane']);
    const { next } = await list({ limit: 1, status: 'pending' });
    expect(next).toBeDefined();
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const garbage = [
      'x',
      'e30',
      encode([1]),
      encode(['1', 'id', null, null]),
      encode([1, 'a\u0000', null, null]),
    ];
    for (const cursor of [...garbage, next]) {
      await expect(list({ next: cursor })).rejects.toMatchObject({ code: 'CURSOR_INVALID', field: 'next' });
    }
    expect((await list({ limit: 1, status: 'pending', next })).tasks).toHaveLength(1);
  });

  it('that wait end at once when they are cancelled, with one event that names who did it', async () => {
    const { task_id } = await fixture.enqueue(['jane']);
    fixture.clock.now += 5;
    const cancelled = await fixture.tasks.cancel({ type: 'user', id: 'root' }, task_id);
    expect(cancelled).toMatchObject({
      status: 'cancelled',
      progress: { done: 0, total: 1, failed: 0 },
      updated_at: fixture.clock.now,
      finished_at: fixture.clock.now,
      started_by: SERVER,
    });
    expect(await fixture.tasks.get(task_id)).toEqual(cancelled);
    const { started_by: _, ...told } = cancelled;
    const events = await fixture.events();
    expect(events.map(event => event.type)).toEqual(['task.created', 'task.cancelled']);
    expect(events[1]).toMatchObject({
      actor_type: 'user',
      actor_id: 'root',
      user_id: null,
      data: { task: told },
    });
  });

  it('that have ended are returned unchanged when they are cancelled again', async () => {
    const { task_id } = await fixture.enqueue(['jane']);
    const cancelled = await fixture.tasks.cancel(SERVER, task_id);
    fixture.clock.now += 5;
    expect(await fixture.tasks.cancel(SERVER, task_id)).toEqual(cancelled);
    expect(await fixture.eventNames()).toEqual(['task.created', 'task.cancelled']);
  });
});
