import type { Tasks } from '@rollcall/core';
import {
  type EventPage,
  type Filter,
  type PresenceEvent,
  parseFilter,
  parsePosition,
  type RollcallEvent,
  type Task,
  type WatchEventsInput,
} from '@rollcall/protocol';
import { taskIdSchema, watchEventsSchema, watchPresenceSchema } from '@rollcall/protocol/schemas';
import type { TrackedEnvelope } from '@trpc/server';
import { z } from 'zod';
import { type Caller, requireGrant } from './caller.js';
import { limitSubscription } from './connection-limits.js';
import { type EventSelection, EventViewer } from './event-viewer.js';
import { streamEvents } from './stream-events.js';
import { streamPresence } from './stream-presence.js';
import { callerProcedure, router, serverProcedure } from './trpc.js';
import { queryRightsOf } from './view.js';

export const liveRouter = router({
  /**
   * The durable events that the caller selects and may receive, in commit order, as pages tracked by position. It resumes
   * after `lastEventId`. For a position that is no longer kept, it yields one page with `resync` and goes on from now.
   */
  events: callerProcedure
    .input(
      watchEventsSchema.optional() as unknown as z.ZodType<
        WatchEventsInput | undefined,
        WatchEventsInput | undefined
      >,
    )
    .subscription(async function* ({ ctx, input, signal }): AsyncGenerator<TrackedEnvelope<EventPage>> {
      const { caller, directory, connection } = ctx;
      const viewer = new EventViewer(caller, selectionOf(caller, input ?? {}));
      const after = input?.lastEventId === undefined ? undefined : parsePosition(input.lastEventId);
      const stream = streamEvents({
        log: directory.events,
        viewer,
        after,
        connection,
        signal: signalOf(signal),
      });
      yield* limitSubscription(connection, stream, input?.user_ids);
    }),

  /**
   * Which of these users are online: first the state of all of them, then every change, as the caller may see it. Needs the
   * grant `read-users`. The comment at the top of `stream-presence.ts` says what the stream promises.
   */
  presence: callerProcedure.input(watchPresenceSchema).subscription(async function* ({
    ctx,
    input,
    signal,
  }): AsyncGenerator<PresenceEvent[]> {
    const { caller, directory, connection } = ctx;
    requireGrant(caller, 'read-users');
    const stream = streamPresence({
      watch: directory.presenceWatch,
      caller,
      userIds: input.user_ids,
      connection,
      signal: signalOf(signal),
    });
    yield* limitSubscription(connection, stream, input.user_ids);
  }),

  /** Events that are sent and not stored: the progress of tasks. Server only. They have no id and do not move the position. */
  ephemeral: serverProcedure.subscription(async function* ({ ctx, signal }): AsyncGenerator<RollcallEvent[]> {
    yield* limitSubscription(ctx.connection, streamProgress(ctx.directory.tasks, signalOf(signal)));
  }),

  /** One task: first its present state, then every change. It ends when the task ends. @throws `TASK_NOT_FOUND` */
  task: serverProcedure.input(z.strictObject({ task_id: taskIdSchema })).subscription(async function* ({
    ctx,
    input,
    signal,
  }): AsyncGenerator<Task> {
    yield* limitSubscription(ctx.connection, ctx.directory.tasks.watch(input.task_id, signalOf(signal)));
  }),
});

function selectionOf(caller: Caller, input: WatchEventsInput): EventSelection {
  const { types, user_ids, filter } = input;
  if (user_ids?.length || filter) requireGrant(caller, 'read-users');
  return {
    ...(types && { types: new Set(types) }),
    ...(user_ids && { userIds: new Set(user_ids) }),
    ...(filter && { filter: parseFilter(filter as Filter, queryRightsOf(caller)) }),
  };
}

/** tRPC types the signal of a subscription as optional, but always gives one. */
function signalOf(signal: AbortSignal | undefined): AbortSignal {
  if (!signal) throw new Error('a subscription needs a signal to end by');
  return signal;
}

/** The progress of tasks as it happens. When the reader is slow, only the last state of each task is yielded. */
async function* streamProgress(tasks: Tasks, signal: AbortSignal): AsyncGenerator<RollcallEvent[]> {
  const latest = new Map<string, RollcallEvent>();
  let wake = () => {};
  const unsubscribe = tasks.onProgress(event => {
    latest.set(event.task.task_id, event);
    wake();
  });
  const onAbort = () => wake();
  signal.addEventListener('abort', onAbort);
  try {
    while (!signal.aborted) {
      if (latest.size === 0) {
        await new Promise<void>(resolve => {
          wake = resolve;
        });
        continue;
      }
      const events = [...latest.values()];
      latest.clear();
      yield events;
    }
  } finally {
    unsubscribe();
    signal.removeEventListener('abort', onAbort);
  }
}
