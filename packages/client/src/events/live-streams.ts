import {
  type JsonObject,
  type PresenceEvent,
  RollcallError,
  type WatchEventsInput,
} from '@rollcall/protocol';
import type { Subscription } from '../subscription.js';
import { itemsOf, type LiveSource, type PositionedPage, type StreamItem } from '../transport/live-source.js';
import { ItemQueue } from './item-queue.js';
import { deferred, keepSubscribed, type Observer } from './live-subscription.js';
import { type Ending, listenForEnd } from './stream-end.js';
import { WatchSet } from './watch-set.js';

/** Items of a live subscription, one by one, for as long as they are read. They may be iterated once. */
interface LiveStream<Item> extends AsyncIterableIterator<Item> {
  /** Resolves when the server has begun: whatever is committed after this moment is delivered. */
  readonly ready: Promise<void>;
  return(): Promise<IteratorResult<Item>>;
  [Symbol.asyncIterator](): LiveStream<Item>;
}

/** Items that may wait for a reader. */
const MAX_WAITING = 10_000;

/**
 * Hands out what a subscription brings. It starts at once and goes on by itself; while 10,000 items wait for the reader it
 * pauses, and starts again when all of them have been read.
 */
function liveStream<Page, Item>(options: {
  live: LiveSource;
  /** Starts a run that goes on where the one before ended. */
  open(observer: Observer<Page>): Subscription;
  itemsOf(page: Page): Item[];
  /** Ends every stream of the client. */
  ending: Ending;
  /** Ends this one. */
  signal?: AbortSignal;
}): LiveStream<Item> {
  const { live, open, ending, signal } = options;
  const ready = deferred();
  let running: Subscription | undefined;
  let over = false;

  const finish = () => {
    over = true;
    pause();
    release();
    ready.reject(new RollcallError('UNAVAILABLE', 'the stream ended before the server had begun it'));
  };
  const release = listenForEnd(ending, signal, error => {
    finish();
    if (error) queue.end(error);
    else queue.cancel();
  });
  const pause = () => {
    running?.unsubscribe();
    running = undefined;
  };
  const start = () => {
    if (running || over) return;
    running = keepSubscribed<Page>({
      live,
      open,
      onData: page => {
        for (const item of options.itemsOf(page)) queue.push(item);
        ready.resolve();
        if (queue.size >= MAX_WAITING) pause();
      },
      onError: error => {
        ready.reject(error);
        finish();
        queue.end(error);
      },
    });
  };
  const queue = new ItemQueue<Item>(() => {
    if (queue.size === 0) start();
  }, finish);

  if (signal?.aborted) queue.return();
  else start();
  return Object.assign(queue, { ready: ready.promise });
}

/** Which events to watch, and for how long. */
export interface WatchEventsOptions extends WatchEventsInput {
  /** Ends the stream, without an error. */
  signal?: AbortSignal;
}

/**
 * Events, one by one, in commit order, for as long as it is read. It may be iterated once.
 *
 * - It starts at once, not with the first read, and goes on by itself after lost connections and server restarts.
 * - `break`, `return()` and the signal end it. So does an error that trying again cannot mend: it is thrown after the
 *   last event.
 * - Every event's `id` is a position to go on from later, as `lastEventId`.
 * - A reader that falls behind by 10,000 events makes it pause; it goes on, with nothing missing, when all of those have
 *   been read.
 */
export type EventStream<Custom extends object = JsonObject> = LiveStream<StreamItem<Custom>>;

/**
 * Watches events over the live connection of a client.
 * @param ending ends every stream of the client.
 */
export function watchEvents<Custom extends object>(
  live: LiveSource,
  options: WatchEventsOptions,
  ending: Ending,
): EventStream<Custom> {
  const { signal, lastEventId, ...input } = options;
  let position = lastEventId;
  return liveStream<PositionedPage, StreamItem<Custom>>({
    live,
    open: observer =>
      live.events(position === undefined ? input : { ...input, lastEventId: position }, observer),
    itemsOf: page => {
      position = page.id;
      return itemsOf(page);
    },
    ending,
    signal,
  });
}

/** For how long to watch the presence of users. */
export interface WatchPresenceOptions {
  /** Ends the stream, without an error. */
  signal?: AbortSignal;
}

/**
 * Who of some users is here: the present state of each at once, then every change, the last state winning; after a lost
 * connection, or a pause for a reader that had fallen behind, the present state of each again.
 */
export type PresenceStream = LiveStream<PresenceEvent>;

/**
 * Watches the presence of users over the live connection of a client.
 * @throws RollcallError `INPUT_INVALID` for an id that is none, or for more than a connection can watch.
 */
export function watchPresence(
  live: LiveSource,
  ids: readonly string[],
  options: WatchPresenceOptions & { ending: Ending },
): PresenceStream {
  const watched = new WatchSet();
  watched.add(ids);
  const user_ids = [...watched.wanted];
  return liveStream<PresenceEvent[], PresenceEvent>({
    live,
    open: observer => live.presence({ user_ids }, observer),
    itemsOf: events => events,
    ending: options.ending,
    signal: options.signal,
  });
}
