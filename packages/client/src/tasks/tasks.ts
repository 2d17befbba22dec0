import { isEnded, RollcallError, type Task } from '@rollcall/protocol';
import { ItemQueue } from '../events/item-queue.js';
import { keepSubscribed } from '../events/live-subscription.js';
import { type Ending, listenForEnd } from '../events/stream-end.js';
import type { Subscription } from '../subscription.js';
import type { LiveSource } from '../transport/live-source.js';
import { addressOn } from '../transport/server-url.js';

/** How long to watch a task. */
export interface WatchTaskOptions {
  /** Ends the stream, without an error. */
  signal?: AbortSignal;
}

/** States that may wait for a reader. Beyond that, changes are skipped; the end never is. */
const MAX_WAITING = 1_000;

/**
 * The states of a task: the present one, then every change, until it has ended. It goes on by itself after lost
 * connections, with the state that holds then.
 * @param ending ends every stream of the client.
 */
export function watchTask(
  live: LiveSource,
  task_id: string,
  ending: Ending,
  { signal }: WatchTaskOptions = {},
): AsyncIterableIterator<Task> {
  let last: string | undefined;
  let running: Subscription | undefined;

  const finish = () => {
    running?.unsubscribe();
    release();
  };
  const release = listenForEnd(ending, signal, error => {
    finish();
    if (error) queue.end(error);
    else queue.cancel();
  });
  const queue = new ItemQueue<Task>(() => undefined, finish);
  const receive = (task: Task) => {
    // After a reconnect the present state comes first, and it may be known.
    const state = JSON.stringify(task);
    if (state === last) return;
    last = state;
    const ended = isEnded(task.status);
    if (queue.size < MAX_WAITING || ended) queue.push(task);
    if (!ended) return;
    finish();
    queue.end();
  };
  if (signal?.aborted) {
    queue.return();
    return queue;
  }
  running = keepSubscribed<Task>({
    live,
    open: observer => live.task({ task_id }, observer),
    onData: receive,
    onError: error => {
      finish();
      queue.end(error);
    },
  });
  return queue;
}

/**
 * Waits until a task has ended, and answers with its last state. A task that has failed is an answer, too.
 * @throws RollcallError when there is no such task, or when the wait ends before the task.
 */
export async function waitForTask(states: AsyncIterable<Task>): Promise<Task> {
  for await (const task of states) if (isEnded(task.status)) return task;
  throw new RollcallError('UNAVAILABLE', 'the wait was ended before the task');
}

/** A task whose link to the file of an export, a path on the wire, is an address that anything can fetch. */
export function withAbsoluteLink(task: Task, serverUrl: string): Task {
  const { result } = task;
  if (!result?.export) return task;
  const url = addressOn(serverUrl, result.export.url);
  return { ...task, result: { ...result, export: { ...result.export, url } } };
}
