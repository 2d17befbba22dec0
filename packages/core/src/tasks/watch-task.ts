import { isEnded, type Task } from '@rollcall/protocol';
import { Notifier } from '../notifications/notifier.js';
import type { TaskNotifications } from './task-notifications.js';

/** What a task is watched with. */
export interface WatchTaskOptions {
  taskId: string;
  /** Reads the task as it stands. */
  read: () => Promise<Task>;
  notifications: TaskNotifications;
  signal: AbortSignal;
  /** How often the task is read without a notification. */
  pollMs: number;
}

/**
 * Yields a task as it stands, then after every change until it has ended. A slow consumer misses states in between and
 * never the last one: only the row keeps them. It ends without an error when its signal aborts.
 * @throws what `read` throws.
 */
export async function* watchTask(options: WatchTaskOptions): AsyncGenerator<Task, void, undefined> {
  const { taskId, read, notifications, signal, pollMs } = options;
  const notifier = new Notifier();
  // Subscribed before the first read, so that no change falls between the two.
  const unsubscribe = notifications.subscribe(notification => {
    if (notification.taskId === undefined || notification.taskId === taskId) notifier.notify();
  });
  // A consumer that goes away while it holds a state never gets to the `finally` below.
  signal.addEventListener('abort', unsubscribe);
  try {
    let sent = '';
    while (!signal.aborted) {
      const task = await read();
      const state = JSON.stringify(task);
      if (state !== sent && !signal.aborted) {
        sent = state;
        yield task;
      }
      if (isEnded(task.status)) return;
      await notifier.sleep(pollMs, signal);
    }
  } finally {
    signal.removeEventListener('abort', unsubscribe);
    unsubscribe();
  }
}
