import {
  isEnded,
  LIMITS,
  type ListTasksAnswer,
  type ListTasksOptions,
  RollcallError,
  TASK_STATUSES,
  TASK_TYPES,
  type Task,
} from '@rollcall/protocol';
import { type ArgumentsOf, checked, raise } from '../check/checked-methods.js';
import { optional } from '../check/kind.js';
import { name, oneOf, whole } from '../check/kinds.js';
import { shape } from '../check/shape.js';
import { ItemQueue } from '../events/item-queue.js';
import { LiveSubscription } from '../events/live-subscription.js';
import { onStreamEnd, type StreamEnd } from '../events/stream-end.js';
import { UNTIL } from '../events/stream-kinds.js';
import { answerOf } from '../to-rollcall-error.js';
import type { LiveSource } from '../transport/live-source.js';
import { addressOn } from '../transport/server-url.js';
import type { Api } from '../transport/transport.js';

/** How long to watch a task. */
export interface WatchTaskOptions {
  /** Ends the stream without an error. */
  signal?: AbortSignal;
}

/** How a back end follows long-running work. */
export interface Tasks {
  /** Reads the present state of a task. A complete export has a fresh link. */
  getTask(task_id: string): Promise<Task>;

  /** Reads one page of tasks, newest first. */
  listTasks(options?: ListTasksOptions): Promise<ListTasksAnswer>;

  /** Stops a task between two users. What is done stays done. Returns the task as it is then. */
  cancelTask(task_id: string): Promise<Task>;

  /** Yields the present state of a task at once, then every change, until the task has ended. */
  watchTask(task_id: string, options?: WatchTaskOptions): AsyncIterableIterator<Task>;

  /**
   * Resolves with a task when it has ended. A task that has failed resolves, too.
   * @throws RollcallError when there is no such task, or when the wait ends before the task.
   */
  waitForTask(task_id: string, options?: WatchTaskOptions): Promise<Task>;
}

/** What the methods of `Tasks` take. */
const ARGUMENTS: ArgumentsOf<Tasks> = {
  getTask: [['task_id', name]],
  listTasks: [
    [
      'options',
      optional(
        shape<ListTasksOptions>({
          status: optional(oneOf(TASK_STATUSES)),
          type: optional(oneOf(TASK_TYPES)),
          limit: optional(whole(1, LIMITS.pageTasks)),
          next: optional(name),
        }),
      ),
    ],
  ],
  cancelTask: [['task_id', name]],
  watchTask: [
    ['task_id', name],
    ['options', UNTIL],
  ],
  waitForTask: [
    ['task_id', name],
    ['options', UNTIL],
  ],
};

/** This many states may wait for a reader. The stream skips changes beyond that, but never the last state. */
const MAX_WAITING = 1_000;

/**
 * The methods of `Tasks`.
 * @param server.url the address of the server, for links to exports.
 * @param server.streamEnd the end of the streams that begin now.
 */
export function taskMethods(server: {
  api: Api;
  live: LiveSource;
  url: string;
  streamEnd(): StreamEnd;
}): Tasks {
  const { tasks } = server.api;
  const linked = (task: Task) => withAbsoluteLink(task, server.url);
  const watchTask = (task_id: string, options: WatchTaskOptions = {}) =>
    taskStates({ ...options, live: server.live, task_id, linked, streamEnd: server.streamEnd() });
  const methods: Omit<Tasks, 'watchTask'> = {
    getTask: async task_id => linked(await answerOf(tasks.get.query({ task_id }))),
    async listTasks(options = {}) {
      const { tasks: page, ...more } = await answerOf(tasks.list.query(options));
      return { ...more, tasks: page.map(linked) };
    },
    cancelTask: async task_id => linked(await answerOf(tasks.cancel.mutate({ task_id }))),
    async waitForTask(task_id, options) {
      for await (const task of watchTask(task_id, options)) if (isEnded(task.status)) return task;
      throw new RollcallError('UNAVAILABLE', 'the wait ended before the task');
    },
  };
  return { ...checked(methods, ARGUMENTS), ...checked({ watchTask }, ARGUMENTS, raise) };
}

/** The states of a task. After a lost connection the stream continues with the state that is current then. */
function taskStates(options: {
  live: LiveSource;
  task_id: string;
  linked(task: Task): Task;
  streamEnd: StreamEnd;
  signal?: AbortSignal;
}): AsyncIterableIterator<Task> {
  const { live, task_id, streamEnd, signal } = options;
  let last: string | undefined;
  const receive = (task: Task) => {
    // After a reconnect the server sends the present state first, which the reader may know.
    const state = JSON.stringify(task);
    if (state === last) return;
    last = state;
    const ended = isEnded(task.status);
    if (queue.size < MAX_WAITING || ended) queue.push(options.linked(task));
    if (!ended) return;
    finish();
    queue.end();
  };
  const subscription = new LiveSubscription<{ task_id: string }, Task>({
    live,
    open: (input, observer) => live.task(input, observer),
    onItem: receive,
    onError: error => {
      finish();
      queue.end(error);
    },
  });
  const finish = () => {
    subscription.stop();
    removeListener();
  };
  const removeListener = onStreamEnd(streamEnd, signal, error => {
    finish();
    if (error) queue.end(error);
    else queue.cancel();
  });
  const queue = new ItemQueue<Task>(() => undefined, finish);
  if (signal?.aborted) queue.return();
  else subscription.start({ task_id });
  return queue;
}

/** Replaces the link to the file of an export, which is a path on the wire, by an address that anything can fetch. */
export function withAbsoluteLink(task: Task, serverUrl: string): Task {
  const { result } = task;
  if (!result?.export) return task;
  const url = addressOn(serverUrl, result.export.url);
  return { ...task, result: { ...result, export: { ...result.export, url } } };
}
