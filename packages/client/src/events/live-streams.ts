import {
  type JsonObject,
  type PresenceEvent,
  RollcallError,
  refuseUndefinedOperands,
  type WatchEventsInput,
} from '@rollcall/protocol';
import { itemsOf, type LiveSource, type PositionedPage, type StreamItem } from '../transport/live-source.js';
import { ItemQueue } from './item-queue.js';
import { deferred, LiveSubscription, type LiveSubscriptionOptions } from './live-subscription.js';
import { onStreamEnd, type StreamEnd } from './stream-end.js';
import { WatchSet } from './watch-set.js';

/** The items of a live subscription, one by one, for as long as somebody reads them. It can be iterated once. */
interface LiveStream<Item> extends AsyncIterableIterator<Item> {
  /** Resolves when the server has begun: everything that is committed after this moment arrives. */
  readonly ready: Promise<void>;
  return(): Promise<IteratorResult<Item>>;
  [Symbol.asyncIterator](): LiveStream<Item>;
}

/** Which events to watch, and for how long. */
export interface WatchEventsOptions<Custom extends object = JsonObject> extends WatchEventsInput<Custom> {
  /** Ends the stream without an error. */
  signal?: AbortSignal;
}

/**
 * Events, one by one, in commit order, for as long as somebody reads them. It can be iterated once.
 *
 * - It starts at once, not with the first read. It continues by itself after lost connections and server restarts.
 * - `break`, `return()` and the signal end it. An error that another attempt cannot fix ends it, too: the stream throws
 *   it after the last event.
 * - The `id` of every event is a position. Pass it as `lastEventId` to continue there later.
 * - It pauses when its reader is 10,000 events behind. It continues, with nothing missing, when the reader has read
 *   them.
 */
export type EventStream<Custom extends object = JsonObject> = LiveStream<StreamItem<Custom>>;

/** For how long to watch the presence of users. */
export interface WatchPresenceOptions {
  /** Ends the stream without an error. */
  signal?: AbortSignal;
}

/**
 * Which of some users are online: first the present state of each, then every change. The last state is the valid one.
 * The present state of each comes again after a lost connection, and after a pause for a reader that was behind.
 */
export type PresenceStream = LiveStream<PresenceEvent>;

/** This many items may wait for a reader. */
const MAX_WAITING = 10_000;

/**
 * Watches events over the live connection of a client. `streamEnd` ends every stream of the client.
 * @throws RollcallError `INPUT_INVALID` for a filter in which anything is undefined.
 */
export function watchEvents<Custom extends object>(
  live: LiveSource,
  { signal, ...input }: WatchEventsOptions,
  streamEnd: StreamEnd,
): EventStream<Custom> {
  refuseUndefinedOperands(input.filter);
  return liveStream<WatchEventsInput, PositionedPage, StreamItem<Custom>>({
    live,
    open: (from, observer) => live.events(from, observer),
    positionOf: page => page.id,
    input,
    itemsOf,
    streamEnd,
    signal,
  });
}

/**
 * Watches the presence of users over the live connection of a client.
 * @throws RollcallError `INPUT_INVALID` for an invalid id, or for more ids than a connection can watch.
 */
export function watchPresence(
  live: LiveSource,
  ids: readonly string[],
  { signal, streamEnd }: WatchPresenceOptions & { streamEnd: StreamEnd },
): PresenceStream {
  const watched = new WatchSet();
  watched.add(ids);
  return liveStream<{ user_ids: string[] }, PresenceEvent[], PresenceEvent>({
    live,
    open: (users, observer) => live.presence(users, observer),
    input: { user_ids: [...watched.wanted] },
    itemsOf: events => events,
    streamEnd,
    signal,
  });
}

/**
 * Streams what a subscription brings. It starts at once and continues by itself. It pauses while 10,000 items wait for
 * the reader, and resumes when the reader has read all of them.
 */
function liveStream<Input extends object, Page, Item>({
  input,
  streamEnd,
  signal,
  ...source
}: Pick<LiveSubscriptionOptions<Input, Page>, 'live' | 'open' | 'positionOf'> & {
  input: Input;
  itemsOf(page: Page): Item[];
  streamEnd: StreamEnd;
  signal: AbortSignal | undefined;
}): LiveStream<Item> {
  const ready = deferred();
  const subscription = new LiveSubscription<Input, Page>({
    ...source,
    onItem: page => {
      for (const item of source.itemsOf(page)) queue.push(item);
      ready.resolve();
      if (queue.size >= MAX_WAITING) subscription.pause();
    },
    onError: error => {
      ready.reject(error);
      finish();
      queue.end(error);
    },
  });
  const finish = () => {
    subscription.stop();
    removeListener();
    ready.reject(new RollcallError('UNAVAILABLE', 'the stream ended before the server had begun it'));
  };
  const removeListener = onStreamEnd(streamEnd, signal, error => {
    finish();
    if (error) queue.end(error);
    else queue.cancel();
  });
  const queue = new ItemQueue<Item>(() => {
    if (queue.size === 0) subscription.resume();
  }, finish);
  if (signal?.aborted) queue.return();
  else subscription.start(input);
  return Object.assign(queue, { ready: ready.promise });
}
