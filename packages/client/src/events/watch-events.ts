import { type JsonObject, RollcallError, type WatchEventsInput } from '@rollcall/protocol';
import { deferred } from './deferred.js';
import { type Ending, listenForEnd } from './ending.js';
import { itemsOf, type PositionedPage, type StreamItem } from './event-pages.js';
import { ItemQueue } from './item-queue.js';
import { keepSubscribed } from './keep-subscribed.js';
import type { LiveSource } from './live-source.js';
import type { Subscription } from './subscription.js';

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
export interface EventStream<Custom extends object = JsonObject>
  extends AsyncIterableIterator<StreamItem<Custom>> {
  /** Resolves when the server has begun: whatever is committed after this moment is delivered. */
  readonly ready: Promise<void>;
  return(): Promise<IteratorResult<StreamItem<Custom>>>;
  [Symbol.asyncIterator](): EventStream<Custom>;
}

/** Events that may wait for a reader. */
const MAX_WAITING = 10_000;

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
  const ready = deferred();
  let position = lastEventId;
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
  const receive = (page: PositionedPage) => {
    position = page.id;
    for (const item of itemsOf<Custom>(page)) queue.push(item);
    ready.resolve();
    if (queue.size >= MAX_WAITING) pause();
  };
  const start = () => {
    if (running || over) return;
    running = keepSubscribed<PositionedPage>({
      live,
      open: observer =>
        live.events(position === undefined ? input : { ...input, lastEventId: position }, observer),
      onData: receive,
      onError: error => {
        ready.reject(error);
        finish();
        queue.end(error);
      },
    });
  };
  const queue = new ItemQueue<StreamItem<Custom>>(() => {
    if (queue.size === 0) start();
  }, finish);

  if (signal?.aborted) queue.return();
  else start();
  return Object.assign(queue, { ready: ready.promise });
}
