import type { Directory, Tasks } from '@rollcall/core';
import {
  type EventPage,
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
import type { CallerBudget } from './caller-budget.js';
import { limitSubscription, takeSubscription } from './connection-limits.js';
import type { CallerConnection } from './context.js';
import type { RouterInstruments } from './instruments.js';
import { EventStream } from './stream-events.js';
import type { StreamEventsOptions } from './stream-options.js';
import { streamPresence } from './stream-presence.js';
import { takeTurn } from './take-turn.js';
import { callerProcedure, router, serverProcedure } from './trpc.js';
import { queryRightsOf } from './view.js';

/** What is known of a listener. */
interface CallerContext {
  caller: Caller;
  directory: Directory;
  connection?: CallerConnection | undefined;
  budget: CallerBudget;
  instruments?: RouterInstruments | undefined;
}

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
    // What the subscription takes, and what it refuses, comes with the first page, when the client knows that it has started.
    .subscription(({ ctx, input, signal }): AsyncIterable<TrackedEnvelope<EventPage>> => {
      const ends = signalOf(signal);
      return new EventStream(ends, () => openEvents(ctx, input ?? {}, ends));
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
    const { caller, directory, connection, budget } = ctx;
    requireGrant(caller, 'read-users');
    yield* limitSubscription({ connection, budget, userIds: input.user_ids }, watched =>
      streamPresence({
        watch: directory.presenceWatch,
        caller,
        watched,
        connection,
        signal: signalOf(signal),
      }),
    );
  }),

  /** Events that are sent and not stored: the progress of tasks. Server only. They have no id and do not move the position. */
  ephemeral: serverProcedure.subscription(async function* ({ ctx, signal }): AsyncGenerator<RollcallEvent[]> {
    const { connection, directory } = ctx;
    yield* limitSubscription(ctx, () => streamProgress(directory.tasks, connection, signalOf(signal)));
  }),

  /** One task: first its present state, then every change. It ends when the task ends. @throws `TASK_NOT_FOUND` */
  task: serverProcedure.input(z.strictObject({ task_id: taskIdSchema })).subscription(async function* ({
    ctx,
    input,
    signal,
  }): AsyncGenerator<Task> {
    const { connection, directory } = ctx;
    yield* limitSubscription(ctx, () =>
      inTurn(directory.tasks.watch(input.task_id, signalOf(signal)), connection, signalOf(signal)),
    );
  }),
});

/** Checks what a listener asks for, and takes it. @throws RollcallError when the caller may not have it */
function openEvents(
  { caller, directory, connection, budget, instruments }: CallerContext,
  { types, user_ids: userIds, filter, lastEventId }: WatchEventsInput,
  signal: AbortSignal,
): StreamEventsOptions {
  if (userIds?.length || filter) requireGrant(caller, 'read-users');
  const parsed = filter && parseFilter(filter, queryRightsOf(caller, budget.limits));
  const after = lastEventId === undefined ? undefined : parsePosition(lastEventId);
  const { watched, release } = takeSubscription({
    connection,
    budget,
    ...(userIds && { userIds }),
    ...(filter && { filter: JSON.stringify(filter) }),
  });
  return {
    log: directory.events,
    users: directory.users.present,
    caller,
    selection: {
      ...(types && { types: new Set(types) }),
      ...(userIds && { userIds: watched }),
      ...(parsed && { filter: parsed }),
    },
    after,
    connection,
    instruments,
    signal,
    release,
  };
}

/** tRPC types the signal of a subscription as optional, but always gives one. */
function signalOf(signal: AbortSignal | undefined): AbortSignal {
  if (!signal) throw new Error('a subscription needs a signal to end by');
  return signal;
}

/** Yields each item when there is room for it. The next one is not asked for before. */
async function* inTurn<Item>(
  stream: AsyncIterable<Item>,
  connection: CallerConnection | undefined,
  signal: AbortSignal,
): AsyncGenerator<Item> {
  for await (const item of stream) {
    const endTurn = await takeTurn(connection, signal);
    if (!endTurn) return;
    try {
      yield item;
    } finally {
      endTurn();
    }
  }
}

/** The progress of tasks as it happens. When the reader is slow, only the last state of each task is yielded. */
async function* streamProgress(
  tasks: Tasks,
  connection: CallerConnection | undefined,
  signal: AbortSignal,
): AsyncGenerator<RollcallEvent[]> {
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
      const endTurn = await takeTurn(connection, signal);
      if (!endTurn) return;
      try {
        const events = [...latest.values()];
        latest.clear();
        yield events;
      } finally {
        endTurn();
      }
    }
  } finally {
    unsubscribe();
    signal.removeEventListener('abort', onAbort);
  }
}
