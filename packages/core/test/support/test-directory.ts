import { type Actor, isEnded, type RollcallError, type RollcallEvent, type Task } from '@rollcall/protocol';
import type { TestEngine } from '@rollcall/testing';
import { type Directory, openDirectory } from '../../src/directory.js';
import type { WebhookSender } from '../../src/webhooks/webhook-sender.js';

/** The actor of a back end. */
export const SERVER: Actor = { type: 'server' };

/** When a task of a test counts as one that hangs. */
const ENDED_MS = 100_000;

/** A directory on a fresh database, and what its log says. */
export interface TestDirectory extends Directory {
  readonly url: string;
  /** Epoch milliseconds. It advances by one with every read, and by `advance`. */
  readonly clock: { advance(ms: number): void };
  /** Every event since the last call, oldest first. */
  newEvents(): Promise<RollcallEvent[]>;
  /** The same, as `type user-id`. */
  newEventNames(): Promise<string[]>;
  /** Waits until a task has ended, and answers with it. */
  ended(taskId: string): Promise<Task>;
}

/** Opens a directory on a new database of an engine, or on the one at `url`. Tasks do not run unless it is asked for. */
export async function openTestDirectory(
  engine: Pick<TestEngine, 'migratedUrl'>,
  options: { runTasks?: boolean; url?: string; webhookSender?: WebhookSender } = {},
): Promise<TestDirectory> {
  const url = options.url ?? (await engine.migratedUrl());
  let now = Date.parse('2026-01-01T00:00:00Z');
  const directory = await openDirectory({
    databaseUrl: url,
    clock: () => {
      now += 1;
      return now;
    },
    runTasks: options.runTasks ?? false,
    ...(options.webhookSender && { webhookSender: options.webhookSender }),
    onError: error => {
      throw error;
    },
  });
  let position = await directory.events.position();
  const newEvents = async () => {
    const events: RollcallEvent[] = [];
    for (;;) {
      const page = await directory.events.pageAfter(position);
      if ('resyncAt' in page) throw new Error('the log lost its place');
      if (page.events.length === 0) return events;
      position = page.upTo;
      events.push(...page.events.map(entry => entry.full));
    }
  };
  return Object.assign(Object.create(directory) as Directory, {
    url,
    clock: {
      advance: (ms: number) => {
        now += ms;
      },
    },
    newEvents,
    newEventNames: async () =>
      (await newEvents()).map(event => ('user' in event ? `${event.type} ${event.user.id}` : event.type)),
    ended: async (taskId: string) => {
      let last: Task | undefined;
      for await (const task of directory.tasks.watch(taskId, AbortSignal.timeout(ENDED_MS))) last = task;
      if (!last || !isEnded(last.status)) throw new Error(`the task ${taskId} did not end`);
      return last;
    },
  });
}

/** The error that refuses a call. It fails if the call is not refused. */
export async function refusal(call: Promise<unknown>): Promise<RollcallError> {
  return call.then(
    () => {
      throw new Error('the call was not refused');
    },
    (error: RollcallError) => error,
  );
}
