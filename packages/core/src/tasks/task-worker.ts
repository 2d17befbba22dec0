import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { TaskType } from '@rollcall/protocol';
import type { DirectoryInstruments, StepOutcome } from '../database/instruments.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { Notifier } from '../notifications/notifier.js';
import { claimTask } from './claim-task.js';
import { commitStep } from './commit-step.js';
import { type HeldTask, TaskOvertaken } from './held-task.js';
import { type BackOff, DEFAULT_BACK_OFF, releaseAfterError, releaseAtStop } from './release-task.js';
import type { TaskHandler } from './task-handler.js';
import type { TaskNotifications } from './task-notifications.js';
import type { TaskProgress } from './task-progress.js';
import type { TaskRow } from './task-table.js';

/** What a worker is made of. */
export interface TaskWorkerOptions {
  unitOfWork: UnitOfWork;
  notifications: TaskNotifications;
  progress: TaskProgress;
  /** One for each type of task that this worker takes. It leaves other tasks to other workers. */
  handlers: readonly TaskHandler[];
  /** Hears of every error of a step and of the worker itself. */
  onError: (error: unknown, context: string) => void;
  /** How many tasks it works on at the same time; default 2. */
  concurrency?: number;
  /** How long it holds a task after each step; default 30 s. */
  leaseMs?: number;
  /** How often an idle worker looks for tasks without a notification; default 1 s. */
  pollMs?: number;
  backOff?: BackOff;
  /** Who times steps; default nobody. */
  instruments?: DirectoryInstruments;
}

/**
 * Works on tasks in the background of a process. Any number of workers, in any number of processes on one database, share
 * the tasks. One worker at a time works on a task, and the task survives the death of each (terms: task-handler.ts).
 *
 * No error ends the worker: it tries a step that threw again later, and keeps looking while the storage is away.
 */
export class TaskWorker {
  readonly #options: Required<TaskWorkerOptions>;
  readonly #handlers: ReadonlyMap<TaskType, TaskHandler>;
  readonly #notifier = new Notifier();
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #dispatching: Promise<void> | undefined;

  constructor(options: TaskWorkerOptions) {
    const { concurrency = 2, leaseMs = 30_000, pollMs = 1000, backOff = DEFAULT_BACK_OFF } = options;
    const { instruments = {} } = options;
    this.#options = { ...options, concurrency, leaseMs, pollMs, backOff, instruments };
    this.#handlers = new Map(options.handlers.map(handler => [handler.type, handler]));
  }

  /** How many tasks it holds a lease on. */
  get held(): number {
    return this.#running.size;
  }

  /** Begins to take tasks. A second call does nothing. */
  start(): void {
    this.#dispatching ??= this.#dispatch();
  }

  /**
   * Takes no further task, and resolves when the steps under way have ended. Unfinished tasks are released, so that another
   * worker goes on with them at once. Call it before the storage closes.
   */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#dispatching;
    await Promise.all(this.#running);
  }

  /** Takes tasks as long as there is room for another, and sleeps when there is no task or no room. */
  async #dispatch(): Promise<void> {
    const { notifications, pollMs } = this.#options;
    const { signal } = this.#stopping;
    const unsubscribe = notifications.subscribe(notification => {
      if (notification.claimable) this.#notifier.notify();
    });
    while (!signal.aborted) {
      try {
        await this.#takeTasks();
      } catch (error) {
        this.#report(error, 'taking a task');
      }
      await this.#notifier.sleep(pollMs, signal);
    }
    unsubscribe();
  }

  async #takeTasks(): Promise<void> {
    const { unitOfWork, leaseMs, concurrency } = this.#options;
    const { signal } = this.#stopping;
    const types = [...this.#handlers.keys()];
    while (!signal.aborted && this.#running.size < concurrency) {
      const row = await claimTask({ unitOfWork, types, leaseMs, signal });
      if (!row) return;
      this.#announce(row);
      const handler = this.#handlers.get(row.type);
      if (row.status !== 'running' || !handler) continue;
      const run = this.#run(handler, row).finally(() => {
        this.#running.delete(run);
        this.#notifier.notify();
      });
      this.#running.add(run);
    }
  }

  /** Takes step after step until the task has ended or this worker has lost it. It never rejects. */
  async #run(handler: TaskHandler, claimed: TaskRow): Promise<void> {
    const { unitOfWork, backOff } = this.#options;
    const held = { id: claimed.id, fence: claimed.fence };
    try {
      while (!this.#stopping.signal.aborted) {
        const row = await this.#step(handler, held);
        this.#announce(row, 'stepped');
        if (row.status !== 'running') return;
        // A synchronous driver gives the event loop no turn, and calls from people go first.
        await turnOfTheLoop();
      }
      this.#announce(await releaseAtStop({ unitOfWork, held }));
    } catch (error) {
      if (error instanceof TaskOvertaken) return this.#abandon(held.id);
      this.#report(error, `a step of task ${held.id} (${handler.type})`);
      await releaseAfterError({ unitOfWork, held }, error, backOff).then(
        row => this.#announce(row),
        // The lease ends by itself, and then some worker claims the task again.
        failure =>
          failure instanceof TaskOvertaken
            ? this.#abandon(held.id)
            : this.#report(failure, `releasing task ${held.id} (${handler.type})`),
      );
    }
  }

  async #step(handler: TaskHandler, held: HeldTask): Promise<TaskRow> {
    const { unitOfWork, leaseMs, instruments } = this.#options;
    const { meter, trace } = instruments;
    const run = () => commitStep({ unitOfWork, handler, held, leaseMs });
    const { type } = handler;
    const startedAt = performance.now();
    let outcome: StepOutcome = 'committed';
    try {
      return await (trace ? trace({ span: 'task step', type, taskId: held.id }, run) : run());
    } catch (error) {
      outcome = error instanceof TaskOvertaken ? 'overtaken' : 'failed';
      throw error;
    } finally {
      meter?.stepped(type, { outcome, ms: performance.now() - startedAt });
    }
  }

  /** Tells all who wait for this task, after the commit. */
  #announce(row: TaskRow, stepped?: 'stepped'): void {
    const { notifications, progress, instruments } = this.#options;
    try {
      if (row.finished_at !== undefined) instruments.meter?.ended(row.type, row.status);
      if (row.finished_at !== undefined) progress.settle(row.id);
      else if (stepped) progress.publish(row);
      notifications.announce({ taskId: row.id, claimable: row.status === 'pending' });
    } catch (error) {
      this.#report(error, `telling of task ${row.id}`);
    }
  }

  #abandon(taskId: string): void {
    this.#options.progress.settle(taskId);
  }

  #report(error: unknown, context: string): void {
    try {
      this.#options.onError(error, context);
    } catch {
      // A listener that throws must not stop the work.
    }
  }
}
