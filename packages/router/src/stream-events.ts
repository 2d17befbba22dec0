import type { EventLog, LoggedEvent, PresentUsers } from '@rollcall/core';
import { type EventPage, formatPosition, type Position } from '@rollcall/protocol';
import { type TrackedEnvelope, tracked } from '@trpc/server';
import type { Caller } from './caller.js';
import type { CallerConnection } from './context.js';
import { shareable } from './encode-frame.js';
import { hubOf } from './event-hub.js';
import { type EventSelection, EventViewer } from './event-viewer.js';
import type { Batch, HubListener } from './hub-listener.js';
import type { EndTurn } from './outlet.js';
import { pagePlaces } from './page-places.js';
import { Replay } from './replay.js';
import { SharedFilter } from './shared-filters.js';
import { severalAtOnce, slices } from './slices.js';
import { takeTurn } from './take-turn.js';

/** After this many entries that are not for the listener, an empty page moves its position on. */
const MAX_SILENT_ENTRIES = 1000;

/** What is shaped of a page before others get their turn: this many entries, or for this long. */
const SHAPED_AT_ONCE = { pieces: 20, ms: 1 };

/** Options of a stream of events. */
export interface StreamEventsOptions {
  log: EventLog;
  /** Where users are read as they are now. */
  users: Pick<PresentUsers, 'find'>;
  caller: Caller;
  selection: EventSelection;
  /** The stream begins after this position; absent: it begins now. */
  after: Position | undefined;
  connection: CallerConnection | undefined;
  signal: AbortSignal;
}

/**
 * The events of the log for one listener, page by page, in commit order, none missing and none twice. It yields tracked
 * items only, because an untracked item would make the client lose its position. The first page comes at once. Its position
 * says where the stream begins, even if nothing ever happens.
 *
 * A listener that has caught up is served by the hub (`event-hub.ts`) and wakes for what concerns it. One that lags reads
 * pages of the log. What a user token missed is judged by what it may see now, too (`replay.ts`).
 */
export async function* streamEvents(
  options: StreamEventsOptions,
): AsyncGenerator<TrackedEnvelope<EventPage>> {
  const { log, users, caller, selection, signal } = options;
  const hub = hubOf(log);
  const { filter } = selection;
  const shared = filter && !(filter instanceof SharedFilter) ? hub.filters.take(filter) : undefined;
  const viewer = new EventViewer(caller, { ...selection, ...(shared && { filter: shared.filter }) });
  const listener = hub.add(viewer);
  try {
    const end = options.after && caller.kind === 'server' ? undefined : await log.position();
    const replay = options.after && end && new Replay({ caller, viewer, users }, end);
    let position: Position | undefined = options.after ?? end;
    while (position && !signal.aborted) {
      position = yield* catchUp(options, { listener, position, ...(replay && { replay }) });
      if (position) position = yield* follow(options, listener, position);
    }
  } finally {
    listener.close();
    shared?.release();
  }
}

/** Reads pages of the log until the hub takes the listener over. @returns its position then; undefined: the stream is over. */
async function* catchUp(
  options: StreamEventsOptions,
  from: { listener: HubListener; position: Position; replay?: Replay },
): AsyncGenerator<TrackedEnvelope<EventPage>, Position | undefined> {
  const { log, connection, signal } = options;
  const place: CatchingUp = { ...from, told: undefined };
  while (!signal.aborted) {
    // Nothing is read before it can be sent. The turn lasts until the item is on its way.
    const endTurn = await takeTurn(connection, signal);
    if (!endTurn) return undefined;
    let leavePlace: EndTurn | undefined;
    let next: NextPage;
    try {
      if (!log.remembers(place.position)) {
        leavePlace = await pagePlaces.take(connection?.caller ?? '', signal);
        if (!leavePlace) return undefined;
      }
      if (signal.aborted) return undefined;
      next = await nextPage(options, place, leavePlace !== undefined);
      if (next.item) {
        // A page becomes text and is on its way at once, or its reader is slow: then it waits without a place.
        if (leavePlace) setImmediate(leavePlace);
        yield tracked(formatPosition(place.position), next.item);
      }
      if (next.attached) return place.position;
    } finally {
      leavePlace?.();
      endTurn();
    }
    if (next.atEnd) await log.waitBeyond(place.position, signal);
  }
  return undefined;
}

/** Where a listener is that catches up. */
interface CatchingUp {
  readonly listener: HubListener;
  readonly replay?: Replay;
  /** Everything up to here has been looked at. */
  position: Position;
  /** How far the listener knows that it is; undefined before its first page. */
  told: Position | undefined;
}

/** What was found after a position. */
interface NextPage {
  /** What to send; absent: nothing that the listener has to know. */
  item?: EventPage;
  /** Whether the hub serves the listener from here on. */
  attached?: boolean;
  /** Whether the log ends here. */
  atEnd?: boolean;
}

/** Reads and shapes the next page, and moves the place on. */
async function nextPage(
  { log, connection }: StreamEventsOptions,
  place: CatchingUp,
  hasPlace: boolean,
): Promise<NextPage> {
  const { listener, replay } = place;
  const missed = replay?.goesBeyond(place.position) ? replay : undefined;
  const read = await log.pageAfter(place.position, missed?.limit);
  const page = missed && !place.told ? missed.admit(read) : read;
  if ('resyncAt' in page) {
    place.position = page.resyncAt;
    place.told = page.resyncAt;
    return { item: shareable({ events: [], resync: true }) };
  }
  const atEnd = page.events.length === 0;
  // At once, while the hub cannot have gone further than this page. A replay may not take all of it.
  const attached = !missed && listener.attach(page.upTo, atEnd);
  // Those in a place are few, and others wait for it: they do not wait in the line of their caller again.
  const ask = () => slices.turn(hasPlace ? undefined : (connection?.caller ?? ''));
  const turn = severalAtOnce(ask, SHAPED_AT_ONCE);
  const { events, upTo } = await (missed ?? listener.viewer).shape(page, turn);
  place.position = upTo;
  const silent = place.told !== undefined && upTo.seq - place.told.seq < MAX_SILENT_ENTRIES;
  if (events.length === 0 && silent) return { attached, atEnd };
  place.told = upTo;
  return { item: shareable({ events }), attached, atEnd };
}

/** Takes from the hub what is for the listener, for as long as it serves it. @returns as `catchUp` does. */
async function* follow(
  { log, connection, signal }: StreamEventsOptions,
  listener: HubListener,
  position: Position,
): AsyncGenerator<TrackedEnvelope<EventPage>, Position | undefined> {
  let at = position;
  let yieldedAt = position;
  for (;;) {
    await listener.news(signal);
    const endTurn = await takeTurn(connection, signal);
    if (!endTurn) return undefined;
    try {
      const batch = listener.take();
      const entries = batch && recall(log, batch);
      if (!entries) {
        listener.detach();
        return at;
      }
      at = batch.upTo;
      const events = entries.flatMap(({ entry, matched }) => listener.viewer.see(entry, matched) ?? []);
      if (events.length === 0 && at.seq - yieldedAt.seq < MAX_SILENT_ENTRIES) continue;
      yieldedAt = at;
      yield tracked(formatPosition(at), shareable({ events }));
    } finally {
      endTurn();
    }
  }
}

/** The entries of a batch; undefined when one of them is no longer in memory, and has to be read from the log. */
function recall(log: EventLog, { items, upTo }: Batch) {
  const found: { entry: LoggedEvent; matched: Batch['items'][number]['matched'] }[] = [];
  for (const { seq, matched } of items) {
    const entry = log.recent({ epoch: upTo.epoch, seq });
    if (!entry) return undefined;
    found.push({ entry, matched });
  }
  return found;
}
