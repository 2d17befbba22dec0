import { isEnded, type Task } from '@rollcall/protocol';
import { WakeUpLatch } from '../notifications/notifier.js';
import type { TaskHints } from './task-notifications.js';

/** What a task is watched with. */
export interface WatchTaskOptions {
  taskId: string;
  /** Reads the task as it stands. */
  read: () => Promise<Task>;
  hints: TaskHints;
  signal: AbortSignal;
  /** How often the task is looked at without a hint. */
  pollMs: number;
}

/**
 * Yields a task as it stands, then after every change until it has ended. Whoever is slow misses states between and
 * never the last: nothing is kept for them but the row. It ends quietly with its signal.
 * @throws what `read` throws.
 */
export async function* watchTask(options: WatchTaskOptions): AsyncGenerator<Task, void, undefined> {
  const { taskId, read, hints, signal, pollMs } = options;
  const wakeUp = new WakeUpLatch();
  // Attached before the first look, so that no change falls between the two.
  const unsubscribe = hints.subscribe(hint => {
    if (hint.taskId === undefined || hint.taskId === taskId) wakeUp.ring();
  });
  // A consumer that is given up while it holds a state never comes back to the `finally` below.
  signal.addEventListener('abort', unsubscribe);
  try {
    let told = '';
    while (!signal.aborted) {
      const task = await read();
      const state = JSON.stringify(task);
      if (state !== told && !signal.aborted) {
        told = state;
        yield task;
      }
      if (isEnded(task.status)) return;
      await wakeUp.sleep(pollMs, signal);
    }
  } finally {
    signal.removeEventListener('abort', unsubscribe);
    unsubscribe();
  }
}
