import { formatPosition, type Position } from '@rollcall/protocol';
import { tracked } from '@trpc/server';
import type { HubListener } from './hub-listener.js';
import type { EndTurn } from './outlet.js';
import { pagePlaces } from './page-places.js';
import type { Replay } from './replay.js';
import { type FrameAddress, ShownPage } from './shown-page.js';
import { severalAtOnce, slices } from './slices.js';
import type { StreamEventsOptions, TrackedPage } from './stream-options.js';
import { takeTurn } from './take-turn.js';

/** After this many entries that are not for the listener, an empty page moves its position on. */
export const MAX_SILENT_ENTRIES = 1000;

/** What is shaped of a page before others get their turn: this many entries, or for this long. */
const SHAPED_AT_ONCE = { pieces: 20, ms: 1 };

/** Where a listener is that catches up. */
interface CatchingUp {
  readonly listener: HubListener;
  readonly address: FrameAddress;
  readonly replay?: Replay | undefined;
  /** Everything up to here has been looked at. */
  position: Position;
  /** How far the listener knows that it is; undefined before its first page. */
  told: Position | undefined;
}

/** Reads pages of the log until the hub takes the listener over. @returns its position then; undefined: the stream is over. */
export async function* catchUp(
  options: StreamEventsOptions,
  from: Omit<CatchingUp, 'told'>,
): AsyncGenerator<TrackedPage, Position | undefined> {
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

/** What was found after a position. */
interface NextPage {
  /** What to send; absent: nothing that the listener has to know. */
  item?: ShownPage;
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
    return { item: new ShownPage([], { resync: true, address: place.address }) };
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
  return { item: new ShownPage(events, { address: place.address }), attached, atEnd };
}
