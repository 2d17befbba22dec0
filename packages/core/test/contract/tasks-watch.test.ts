import { getEventListeners } from 'node:events';
import type { Task, TaskEvent } from '@rollcall/protocol';
import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LocalTaskNotifications, type TaskNotifications } from '../../src/tasks/task-notifications.js';
import { Tasks } from '../../src/tasks/tasks.js';
import { noLink, SERVER, TasksFixture } from '../support/tasks/tasks-fixture.js';
import { touchHandler } from '../support/tasks/touch-handler.js';
import { until } from '../support/until.js';

/** How often somebody has begun to listen to these notifications, and not ended. */
class CountedNotifications extends LocalTaskNotifications {
  listening = 0;

  override subscribe(listener: Parameters<LocalTaskNotifications['subscribe']>[0]): () => void {
    const unsubscribe = super.subscribe(listener);
    let open = true;
    this.listening += 1;
    return () => {
      if (open) this.listening -= 1;
      open = false;
      unsubscribe();
    };
  }
}

const summary = ({ status, progress }: Task) => `${status} ${progress.done}/${progress.total}`;

describeOnEveryEngine('watching a task', engine => {
  let fixture: TasksFixture;
  let controller: AbortController;

  beforeEach(async () => {
    fixture = await TasksFixture.open(engine);
    controller = new AbortController();
  });

  afterEach(() => fixture.close());

  const watch = (taskId: string) =>
    fixture.tasks.watch(taskId, controller.signal)[Symbol.asyncIterator]() as AsyncIterator<Task>;
  /** Those who watch here hear of changes by notifications or, as far as a test goes, never. */
  const patientTasks = (notifications: TaskNotifications = fixture.notifications) =>
    new Tasks({
      unitOfWork: fixture.unitOfWork,
      notifications,
      exportLink: noLink,
      pollMs: 2 ** 30,
    });
  const waitFor = (taskId: string) =>
    until('the task has ended', async () => (await fixture.tasks.get(taskId)).finished_at !== undefined);

  it('yields the present state at once, then every change, and ends with the task', async () => {
    const { task_id } = await fixture.enqueue(await fixture.addUsers(6));
    const gate = fixture.gate();
    fixture.startWorker(touchHandler(), { unitOfWork: gate });
    const states: string[] = [];
    for await (const task of patientTasks().watch(task_id, controller.signal)) {
      states.push(summary(task));
      gate.allow(1);
    }
    expect(states).toEqual(['pending 0/6', 'running 0/6', 'running 2/6', 'running 4/6', 'completed 6/6']);
  });

  it('keeps nothing for a slow watcher but the latest state', async () => {
    const { task_id } = await fixture.enqueue(await fixture.addUsers(10));
    const watching = watch(task_id);
    expect(summary((await watching.next()).value)).toBe('pending 0/10');
    fixture.startWorker(touchHandler());
    await waitFor(task_id);
    expect(summary((await watching.next()).value)).toBe('completed 10/10');
    expect((await watching.next()).done).toBe(true);
  });

  it('is told at once that the task was cancelled', async () => {
    const { task_id } = await fixture.enqueue(['jane']);
    const states: string[] = [];
    for await (const task of patientTasks().watch(task_id, controller.signal)) {
      states.push(task.status);
      await fixture.tasks.cancel(SERVER, task_id);
    }
    expect(states).toEqual(['pending', 'cancelled']);
  });

  it('yields one state of a task that has ended', async () => {
    const { task_id } = await fixture.enqueue(['jane']);
    const cancelled = await fixture.tasks.cancel(SERVER, task_id);
    const states: Task[] = [];
    for await (const task of fixture.tasks.watch(task_id, controller.signal)) states.push(task);
    expect(states).toEqual([cancelled]);
  });

  it('fails when there is no such task', async () => {
    const watching = watch('00000000-0000-4000-8000-000000000000');
    await expect(watching.next()).rejects.toMatchObject({ code: 'TASK_NOT_FOUND' });
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('gets there without a single notification, because it looks for itself', async () => {
    const { task_id } = await fixture.enqueue(await fixture.addUsers(2));
    const watching = watch(task_id);
    await watching.next();
    fixture.startWorker(touchHandler(), { notifications: new LocalTaskNotifications() });
    let last: Task | undefined;
    for (let next = await watching.next(); !next.done; next = await watching.next()) last = next.value;
    expect(last?.status).toBe('completed');
  });

  it('ends quietly with its signal and leaves no listener behind, wherever it is', async () => {
    const notifications = new CountedNotifications();
    const tasks = patientTasks(notifications);
    const { task_id } = await fixture.enqueue(['jane']);
    const begin = async () => {
      const watching = tasks.watch(task_id, controller.signal)[Symbol.asyncIterator]();
      await watching.next();
      return watching;
    };
    const asleep = (await begin()).next();
    const holding = await begin();
    const left = await begin();
    await left.return?.();
    expect(notifications.listening).toBe(2);

    controller.abort();
    expect((await asleep).done).toBe(true);
    expect(notifications.listening).toBe(0);
    expect((await holding.next()).done).toBe(true);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    await expect(begin().then(watching => watching.next())).resolves.toMatchObject({ done: true });
  });

  it('tells all listeners of this process how tasks get on, and leaves the end to the durable event', async () => {
    const heard: TaskEvent[] = [];
    const unsubscribe = fixture.tasks.onProgress(event => heard.push(event));
    const ids = await fixture.addUsers(6);
    fixture.startWorker(touchHandler());
    await waitFor((await fixture.enqueue(ids.slice(0, 2))).task_id);
    expect(heard).toEqual([]);
    const { task_id } = await fixture.enqueue(ids);
    await waitFor(task_id);
    expect(heard[0]).toMatchObject({
      type: 'task.progress',
      created_at: fixture.clock.now,
      actor: SERVER,
      task: { task_id, status: 'running', progress: { done: 2, total: 6, failed: 0 } },
    });
    expect(heard.map(event => event.task.status)).not.toContain('completed');
    expect(await fixture.eventNames()).not.toContain('task.progress');

    unsubscribe();
    const before = heard.length;
    await waitFor((await fixture.enqueue(['user-0', 'user-1', 'user-2'])).task_id);
    expect(heard).toHaveLength(before);
  });
});
