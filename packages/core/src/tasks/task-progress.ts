import { setTimeout as delay } from 'node:timers/promises';
import type { TaskEvent } from '@rollcall/protocol';
import sql, { raw } from 'sql-template-tag';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { Notifier } from '../notifications/notifier.js';
import type { TaskNotifications } from './task-notifications.js';
import { type TaskRow, taskTable } from './task-table.js';
import { toTask } from './to-task.js';

const INTERVAL_MS = 250;

/** Hears the progress of tasks. It must not throw. */
export type ProgressListener = (event: TaskEvent) => void;

/**
 * The ephemeral `task.progress` events, for the listeners of this process: at most one for each task in a quarter of a
 * second, and the last state wins. The end of a task is not sent here but as its durable event. No progress from a worker
 * of this process comes after that event.
 */
export class TaskProgress {
  readonly #listeners = new Set<ProgressListener>();
  /** Tasks of which progress was sent less than an interval ago, and what came since. */
  readonly #resting = new Map<string, { timer: NodeJS.Timeout; next?: TaskEvent }>();
  /** The newest state of each task. It may come from a worker here and from the row. */
  readonly #newest = new Map<string, TaskRow>();

  /** Whether anybody listens. */
  get isHeard(): boolean {
    return this.#listeners.size > 0;
  }

  /** @returns what ends it. */
  subscribe(listener: ProgressListener): () => void {
    const own: ProgressListener = event => listener(event);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  /** Sends the state after a step that was not the last, unless the same state or a newer one was sent before. */
  publish(task: TaskRow): void {
    if (!this.isHeard || !isNewer(task, this.#newest.get(task.id))) return;
    this.#newest.set(task.id, task);
    const event: TaskEvent = {
      type: 'task.progress',
      created_at: task.updated_at,
      actor: task.actor,
      task: toTask(task),
    };
    const resting = this.#resting.get(task.id);
    if (resting) resting.next = event;
    else this.#send(event);
  }

  /** Drops what is pending: the task has ended, or another process goes on with it. */
  settle(taskId: string): void {
    clearTimeout(this.#resting.get(taskId)?.timer);
    this.#resting.delete(taskId);
    this.#newest.delete(taskId);
  }

  #send(event: TaskEvent): void {
    const { task_id: taskId } = event.task;
    const timer = setTimeout(() => {
      const next = this.#resting.get(taskId)?.next;
      this.#resting.delete(taskId);
      if (next) this.#send(next);
    }, INTERVAL_MS).unref();
    this.#resting.set(taskId, { timer });
    for (const listener of this.#listeners) listener(event);
  }
}

function isNewer(task: TaskRow, than: TaskRow | undefined): boolean {
  if (!than || task.fence !== than.fence) return !than || task.fence > than.fence;
  return task.updated_at > than.updated_at || task.done + task.failed > than.done + than.failed;
}

/** How often the progress of other processes is read without a notification. */
const POLL_MS = 1000;

/** The rows are read at most this often, however many notifications come: progress is sent no more often either. */
const READ_INTERVAL_MS = 250;

/** The most running tasks whose progress is sent. Nobody runs that many. */
const MAX_TASKS = 100;

/** What remote progress works with. */
export interface RemoteProgressOptions {
  unitOfWork: UnitOfWork;
  /** Where the listeners of this process hear of progress. */
  progress: TaskProgress;
  notifications: Pick<TaskNotifications, 'subscribe'>;
  onError: (error: unknown, context: string) => void;
}

/**
 * Sends the listeners of this process the progress of tasks that other processes work on. It reads the rows of running
 * tasks, with one statement for all listeners, and only while there are listeners. Workers here send their own progress.
 */
export class RemoteProgress {
  readonly #options: RemoteProgressOptions;
  readonly #notifier = new Notifier();
  readonly #closing = new AbortController();
  readonly #following: Promise<void>;
  #running = new Set<string>();

  constructor(options: RemoteProgressOptions) {
    this.#options = options;
    this.#following = this.#follow();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#following;
  }

  async #follow(): Promise<void> {
    const { notifications, progress, onError } = this.#options;
    const { signal } = this.#closing;
    const unsubscribe = notifications.subscribe(() => this.#notifier.notify());
    while (!signal.aborted) {
      await this.#notifier.sleep(POLL_MS, signal);
      if (signal.aborted || !progress.isHeard) continue;
      await this.#look().catch(error => onError(error, 'following the progress of tasks'));
      await delay(READ_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
    }
    unsubscribe();
  }

  async #look(): Promise<void> {
    const { unitOfWork, progress } = this.#options;
    const rows = await unitOfWork.read(async transaction => {
      const cells = await transaction.query(
        sql`SELECT ${raw(taskTable.columnList)} FROM tasks WHERE status = 'running' ORDER BY updated_at DESC LIMIT ${MAX_TASKS}`,
      );
      return cells.map((cell): TaskRow => taskTable.decode(cell, transaction.dialect));
    });
    const running = new Set(rows.map(row => row.id));
    for (const id of this.#running) if (!running.has(id)) progress.settle(id);
    this.#running = running;
    for (const row of rows) progress.publish(row);
  }
}
