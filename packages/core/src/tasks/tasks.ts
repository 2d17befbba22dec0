import { randomUUID } from 'node:crypto';
import type { Actor, JsonObject, ListTasksAnswer, Task, TaskType } from '@rollcall/protocol';
import sql from 'sql-template-tag';
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

/** What long-running work is asked for. */
export interface TaskRequest {
  /** Default: a new one. */
  id?: string;
  type: TaskType;
  input: JsonObject;
  /** The users that it is about, in the order in which they are worked on; none stands twice. */
  users: readonly string[];
}

/** What `Tasks` is made of. */
export interface TasksOptions {
  unitOfWork: UnitOfWork;
  notifications: TaskNotifications;
  /** Where the file of an export is read. */
  exportLink: ExportLink;
  /** How often a watched task is looked at without a notification; default 1 s. */
  pollMs?: number;
}

/** Long-running work: asking for it, looking at it, stopping it. A `TaskWorker` does it. */
export class Tasks {
  /** Where it is told how the work gets on. */
  readonly progress = new TaskProgress();
  readonly #options: Required<TasksOptions>;

  constructor(options: TasksOptions) {
    this.#options = { ...options, pollMs: options.pollMs ?? 1000 };
  }

  /**
   * Asks for work in the caller's transaction, with the event `task.created`: the task exists exactly if the change
   * beside it does. The actor is whom the events of the work will name.
   */
  async enqueue(transaction: WriteTransaction, actor: Actor, request: TaskRequest): Promise<Task> {
    const { now } = transaction;
    const { id = randomUUID(), type, input, users } = request;
    const row: TaskRow = {
      id,
      type,
      input,
      total: users.length,
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
      const outcomes = await outcomesOf(transaction, [taskId]);
      return toTaskWithResult(row, outcomes.get(taskId) ?? {}, exportLink);
    });
  }

  /** Frees every task that is worked on. Only for whoever has the database to itself and works on none. */
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
  list(options: ParsedListTasksOptions): Promise<ListTasksAnswer> {
    const { unitOfWork, exportLink } = this.#options;
    return unitOfWork.read(transaction => listTasks(transaction, options, exportLink));
  }

  /**
   * Stops a task: at once when nobody works on it, between two users when somebody does. What is done stays done, and a
   * task that has ended is returned unchanged.
   * @throws RollcallError `TASK_NOT_FOUND`
   */
  cancel(actor: Actor, taskId: string): Promise<Task> {
    const { unitOfWork, notifications, exportLink } = this.#options;
    return unitOfWork.write(async transaction => {
      const row = await cancelTask(transaction, actor, { taskId });
      transaction.afterCommit(() => notifications.announce({ taskId, claimable: row.status === 'pending' }));
      const outcomes = await outcomesOf(transaction, [taskId]);
      return toTaskWithResult(row, outcomes.get(taskId) ?? {}, exportLink);
    });
  }

  /**
   * The present state at once, then every change, the last one when it has ended. States that follow faster than they
   * are taken are left out. Ends quietly with the signal.
   * @throws RollcallError `TASK_NOT_FOUND`, when it is first asked.
   */
  watch(taskId: string, signal: AbortSignal): AsyncIterable<Task> {
    const { notifications, pollMs } = this.#options;
    return watchTask({ taskId, read: () => this.get(taskId), notifications, signal, pollMs });
  }

  /**
   * Hears `task.progress`, at most one per task in 250 ms, whichever process works on it. How a task ended is
   * told by its durable event instead.
   * @param listener must not throw.
   * @returns what ends it.
   */
  onProgress(listener: ProgressListener): () => void {
    return this.progress.subscribe(listener);
  }
}
