import type { PresenceEvent } from '@rollcall/protocol';
import type { LiveSource } from '../transport/live-source.js';
import { type LiveStream, liveStream } from './live-streams.js';
import type { Ending } from './stream-end.js';
import { WatchSet } from './watch-set.js';

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
