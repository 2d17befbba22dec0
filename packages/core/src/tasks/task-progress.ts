import type { TaskEvent } from '@rollcall/protocol';
import type { TaskRow } from './task-table.js';
import { toTask } from './to-task.js';

const INTERVAL_MS = 250;

/** Hears the progress of tasks. It must not throw. */
export type ProgressListener = (event: TaskEvent) => void;

/**
 * The ephemeral `task.progress` events, for the listeners of this process: at most one per task in a quarter of a second,
 * the last state wins. How a task ended is not told here but by its durable event, and nothing of a worker here follows
 * that.
 */
export class TaskProgress {
  readonly #listeners = new Set<ProgressListener>();
  /** Tasks that were told of less than an interval ago, and what came since. */
  readonly #resting = new Map<string, { timer: NodeJS.Timeout; next?: TaskEvent }>();
  /** The newest state of each task: it may be seen by the worker here and in its row. */
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

  /** Tells of a step that was committed and was not the last, unless that state or a newer one was told before. */
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
    else this.#tell(event);
  }

  /** Forgets what was not told yet: the task has ended, or another process goes on with it. */
  settle(taskId: string): void {
    clearTimeout(this.#resting.get(taskId)?.timer);
    this.#resting.delete(taskId);
    this.#newest.delete(taskId);
  }

  #tell(event: TaskEvent): void {
    const { task_id: taskId } = event.task;
    const timer = setTimeout(() => {
      const next = this.#resting.get(taskId)?.next;
      this.#resting.delete(taskId);
      if (next) this.#tell(next);
    }, INTERVAL_MS).unref();
    this.#resting.set(taskId, { timer });
    for (const listener of this.#listeners) listener(event);
  }
}

function isNewer(task: TaskRow, than: TaskRow | undefined): boolean {
  if (!than || task.fence !== than.fence) return !than || task.fence > than.fence;
  return task.updated_at > than.updated_at || task.done + task.failed > than.done + than.failed;
}
