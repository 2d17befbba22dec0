import { RollcallError } from '@rollcall/protocol';
import type { Subscription } from '../subscription.js';
import type { LiveSource } from '../transport/live-source.js';
import { deferred } from './deferred.js';
import { ItemQueue } from './item-queue.js';
import { keepSubscribed, type Observer } from './live-subscription.js';
import { type Ending, listenForEnd } from './stream-end.js';

/** Items of a live subscription, one by one, for as long as they are read. They may be iterated once. */
export interface LiveStream<Item> extends AsyncIterableIterator<Item> {
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
export function liveStream<Page, Item>(options: {
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
