import type { EventLog } from '@rollcall/core';
import { type EventPage, formatPosition, type Position, type RollcallEvent } from '@rollcall/protocol';
import { type TrackedEnvelope, tracked } from '@trpc/server';
import { awaitDrain } from './connection-limits.js';
import type { CallerConnection } from './context.js';
import { shareable } from './encode-frame.js';
import type { EventViewer } from './event-viewer.js';

/** After so many entries that were not for this listener, an empty page moves its position on. */
const MAX_SILENT_ENTRIES = 1000;

/** What a stream of events needs. */
export interface StreamEventsOptions {
  log: EventLog;
  viewer: EventViewer;
  /** Everything after this position; absent: from now on. */
  after: Position | undefined;
  connection: CallerConnection | undefined;
  signal: AbortSignal;
}

/**
 * The events of the log for one listener, page by page, in commit order, none missing and none twice. Only tracked items
 * are yielded, because an untracked one would make the client forget its position. The first page comes at once: its
 * position says from where on the stream is live, even if nothing ever happens.
 */
export async function* streamEvents(
  options: StreamEventsOptions,
): AsyncGenerator<TrackedEnvelope<EventPage>> {
  const { log, viewer, connection, signal } = options;
  let position = options.after ?? (await log.position());
  let yieldedAt: Position | undefined;
  while (!signal.aborted) {
    const page = await log.pageAfter(position);
    if ('resyncAt' in page) {
      position = page.resyncAt;
      yieldedAt = position;
      yield tracked(formatPosition(position), shareable({ events: [], resync: true }));
      continue;
    }
    position = page.upTo;
    const events = page.events
      .map(entry => viewer.see(entry))
      .filter((event): event is RollcallEvent => Boolean(event));
    const silent = yieldedAt !== undefined && position.seq - yieldedAt.seq < MAX_SILENT_ENTRIES;
    if (events.length > 0 || !silent) {
      if (!(await awaitDrain(connection, signal))) return;
      yieldedAt = position;
      yield tracked(formatPosition(position), shareable({ events }));
    }
    if (page.events.length === 0) await log.waitBeyond(position, signal);
  }
}
