import { setTimeout as delay } from 'node:timers/promises';
import sql, { raw } from 'sql-template-tag';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { WakeUpLatch } from '../notifications/notifier.js';
import type { TaskHints } from './task-notifications.js';
import type { TaskProgress } from './task-progress.js';
import { type TaskRow, taskTable } from './task-table.js';

/** What other processes got done is looked for this often without a hint. */
const POLL_MS = 1000;

/** However many hints come, the rows are read at most this often: progress is told no more often either. */
const READ_INTERVAL_MS = 250;

/** Of so many tasks that are worked on at the same time progress is told; nobody runs that many. */
const MAX_TASKS = 100;

/** What remote progress works with. */
export interface RemoteProgressOptions {
  unitOfWork: UnitOfWork;
  /** Where the listeners of this process hear of progress. */
  progress: TaskProgress;
  hints: Pick<TaskHints, 'subscribe'>;
  onError: (error: unknown, context: string) => void;
}

/**
 * Tells the listeners of this process how the tasks get on that other processes work on: it reads the rows of running
 * tasks, one statement for all listeners, and only while there are any. Workers here tell of theirs themselves.
 */
export class RemoteProgress {
  readonly #options: RemoteProgressOptions;
  readonly #latch = new WakeUpLatch();
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
    const { hints, progress, onError } = this.#options;
    const { signal } = this.#closing;
    const unsubscribe = hints.subscribe(() => this.#latch.ring());
    while (!signal.aborted) {
      await this.#latch.sleep(POLL_MS, signal);
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
