import type { JsonObject, WatchEventsInput } from '@rollcall/protocol';
import type { LiveSource } from '../transport/live-source.js';
import { itemsOf, type PositionedPage, type StreamItem } from './event-pages.js';
import { type LiveStream, liveStream } from './live-streams.js';
import type { Ending } from './stream-end.js';

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
