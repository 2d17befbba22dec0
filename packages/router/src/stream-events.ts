import type { EventLog } from '@rollcall/core';
import { type EventPage, formatPosition, type Position, type RollcallEvent } from '@rollcall/protocol';
import { type TrackedEnvelope, tracked } from '@trpc/server';
import type { CallerConnection } from './context.js';
import { shareable } from './encode-frame.js';
import type { EventViewer } from './event-viewer.js';
import { takeTurn } from './take-turn.js';

/** After this many entries that are not for the listener, an empty page moves its position on. */
const MAX_SILENT_ENTRIES = 1000;

/** Options of a stream of events. */
export interface StreamEventsOptions {
  log: EventLog;
  viewer: EventViewer;
  /** The stream begins after this position; absent: it begins now. */
  after: Position | undefined;
  connection: CallerConnection | undefined;
  signal: AbortSignal;
}

/**
 * The events of the log for one listener, page by page, in commit order, none missing and none twice. It yields tracked
 * items only, because an untracked item would make the client lose its position. The first page comes at once. Its position
 * says where the stream begins, even if nothing ever happens.
 */
export async function* streamEvents(
  options: StreamEventsOptions,
): AsyncGenerator<TrackedEnvelope<EventPage>> {
  const { log, viewer, connection, signal } = options;
  let position = options.after ?? (await log.position());
  let yieldedAt: Position | undefined;
  while (!signal.aborted) {
    // Nothing is read before it can be sent. The turn lasts until the item is on its way.
    const endTurn = await takeTurn(connection, signal);
    if (!endTurn) return;
    let caughtUp = false;
    try {
      const page = await log.pageAfter(position);
      if ('resyncAt' in page) {
        position = page.resyncAt;
        yieldedAt = position;
        yield tracked(formatPosition(position), shareable({ events: [], resync: true }));
        continue;
      }
      position = page.upTo;
      caughtUp = page.events.length === 0;
      const events = page.events
        .map(entry => viewer.see(entry))
        .filter((event): event is RollcallEvent => Boolean(event));
      const silent = yieldedAt !== undefined && position.seq - yieldedAt.seq < MAX_SILENT_ENTRIES;
      if (events.length > 0 || !silent) {
        yieldedAt = position;
        yield tracked(formatPosition(position), shareable({ events }));
      }
    } finally {
      endTurn();
    }
    if (caughtUp) await log.waitBeyond(position, signal);
  }
}
