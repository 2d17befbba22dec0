import { randomUUID } from 'node:crypto';
import type { Actor, JsonObject, ListTasksAnswer, Task, TaskType } from '@rollcall/protocol';
import sql from 'sql-template-tag';
import { type QueryLimits, queryLane } from '../database/read-lane.js';
import { insertRows } from '../database/table.js';
import type { UnitOfWork, WriteTransaction } from '../database/unit-of-work.js';
import { cancelTask } from './end-task.js';
import { listTasks, type ParsedListTasksOptions } from './list-tasks.js';
import type { TaskNotifications } from './task-notifications.js';
import { type ProgressListener, TaskProgress } from './task-progress.js';
import { findTask, type TaskRow, taskTable } from './task-table.js';
import { addTaskUsers, outcomesOf } from './task-users.js';
import { type ExportLink, logTaskEvent, toTask, toTaskWithResult } from './to-task.js';
import { watchTask } from './watch-task.js';

/** A request for long-running work. */
export interface TaskRequest {
  /** Default a new id. */
  id?: string;
  type: TaskType;
  input: JsonObject;
  /** The users that it is about, in the order in which they are worked on, without duplicates. */
  users: readonly string[];
  /** How many users it is about, when they are stored as lists (task-lists.ts) and `users` is empty. */
  total?: number;
}

/** What `Tasks` is made of. */
export interface TasksOptions {
  unitOfWork: UnitOfWork;
  notifications: TaskNotifications;
  /** Says where the file of an export is read. */
  exportLink: ExportLink;
  /** How often a watched task is read without a notification; default 1 s. */
  pollMs?: number;
}

/** Long-running work: asks for it, reads it, cancels it. A `TaskWorker` does it. */
export class Tasks {
  /** Where workers report how the work gets on. */
  readonly progress = new TaskProgress();
  readonly #options: Required<TasksOptions>;

  constructor(options: TasksOptions) {
    this.#options = { ...options, pollMs: options.pollMs ?? 1000 };
  }

  /**
   * Asks for work in the transaction of the caller, with the event `task.created`. So the task exists exactly if the
   * caller's change does. The events of the work will have this actor.
   */
  async enqueue(transaction: WriteTransaction, actor: Actor, request: TaskRequest): Promise<Task> {
    const { now } = transaction;
    const { id = randomUUID(), type, input, users } = request;
    const row: TaskRow = {
      id,
      type,
      input,
      total: request.total ?? users.length,
      status: 'pending',
      actor,
      done: 0,
      failed: 0,
      tries: 0,
      run_at: 0,
      fence: 0,
      cancel_requested: false,
      within_user: false,
      created_at: now,
      updated_at: now,
    };
    await insertRows(transaction, taskTable, [row]);
    await addTaskUsers(transaction, row.id, users);
    logTaskEvent(transaction, actor, { type: 'task.created', task: row });
    transaction.afterCommit(() => this.#options.notifications.announce({ taskId: row.id, claimable: true }));
    return toTask(row);
  }

  /** @throws RollcallError `TASK_NOT_FOUND` */
  get(taskId: string): Promise<Task> {
    const { unitOfWork, exportLink } = this.#options;
    return unitOfWork.read(async transaction => {
      const row = await findTask(transaction, taskId);
      const outcomes = await outcomesOf(transaction, [row]);
      return toTaskWithResult(row, outcomes.get(taskId) ?? {}, exportLink);
    });
  }

  /** Releases all tasks that are worked on. Only for a process that has the database to itself and works on no task. */
  async releaseAll(): Promise<void> {
    await this.#options.unitOfWork.write(transaction =>
      transaction.query(sql`UPDATE tasks SET lease_until = 0 WHERE status = 'running'`),
    );
  }

  /**
   * One page of tasks, newest first.
   * @param options as `listTasksOptionsSchema` checked them.
   * @throws RollcallError `CURSOR_INVALID`
   */
  list(options: ParsedListTasksOptions, limits?: QueryLimits): Promise<ListTasksAnswer> {
    const { unitOfWork, exportLink } = this.#options;
    return unitOfWork.read(transaction => listTasks(transaction, options, exportLink), queryLane(limits));
  }

  /**
   * Cancels a task: at once when nobody works on it, else between two users. What is done stays done. A task that has
   * ended is returned unchanged.
   * @throws RollcallError `TASK_NOT_FOUND`
   */
  cancel(actor: Actor, taskId: string): Promise<Task> {
    const { unitOfWork, notifications, exportLink } = this.#options;
    return unitOfWork.write(async transaction => {
      const row = await cancelTask(transaction, actor, { taskId });
      transaction.afterCommit(() => notifications.announce({ taskId, claimable: row.status === 'pending' }));
      const outcomes = await outcomesOf(transaction, [row]);
      return toTaskWithResult(row, outcomes.get(taskId) ?? {}, exportLink);
    });
  }

  /**
   * Yields the present state at once, then every change, and ends with the last state of the task. It skips states that
   * follow faster than the consumer takes them. It ends without an error when the signal aborts.
   * @throws RollcallError `TASK_NOT_FOUND`, at the first step.
   */
  watch(taskId: string, signal: AbortSignal): AsyncIterable<Task> {
    const { notifications, pollMs } = this.#options;
    return watchTask({ taskId, read: () => this.get(taskId), notifications, signal, pollMs });
  }

  /**
   * Subscribes to `task.progress`: at most one event for each task in 250 ms, whichever process works on it. The end of a
   * task is sent as its durable event instead.
   * @param listener must not throw.
   * @returns what ends it.
   */
  onProgress(listener: ProgressListener): () => void {
    return this.progress.subscribe(listener);
  }
}
