import type { LoggedEvent } from '@rollcall/core';
import { LIMITS, type Position } from '@rollcall/protocol';
import type { EventViewer } from './event-viewer.js';
import type { Matched } from './shared-filters.js';
import type { ShownEvent } from './shown-page.js';

/** Shared by all for whom nothing waits, which is most of them most of the time. */
const NOTHING: Waiting[] = [];

/** What waits for a listener: where the entry stands, and what the listener's filter said of it. */
interface Waiting {
  seq: number;
  /** How long its text is. */
  bytes: number;
  matched: Matched | undefined;
}

/** What a listener takes from the hub: what it is shown, and how far it has heard everything then. */
export interface Batch {
  events: readonly ShownEvent[];
  upTo: Position;
}

/** What a listener asks of its hub. */
interface Hub {
  attach(listener: HubListener, position: Position, atEnd: boolean): boolean;
  detach(listener: HubListener): void;
  remove(listener: HubListener): void;
  /** How far everything was judged. */
  readonly judged: Position | undefined;
  /** The entry at a position, while it is in memory. */
  entryAt(position: Position): LoggedEvent | undefined;
  /** What was judged after a position, as many entries as one page may hold, while they are in memory. */
  entriesAfter(position: Position): readonly LoggedEvent[] | undefined;
  told(listener: HubListener): void;
}

/** Who takes what waits. */
export interface Reader {
  /** There is something to take, or the listener was detached. */
  onNews(): void;
}

/** One listener of the hub (`event-hub.ts`): where it stands, and what waits for it. */
export class HubListener {
  readonly viewer: EventViewer;
  readonly #hub: Hub;
  readonly #reader: Reader;
  #waiting: Waiting[] = NOTHING;
  /** Everything up to here has been heard. */
  #upTo: Position | undefined;
  #failure: { error: unknown } | undefined;
  #woken = false;
  /** When something was last taken (`performance.now()`). */
  toldAt = 0;

  constructor(viewer: EventViewer, hub: Hub, reader: Reader) {
    this.viewer = viewer;
    this.#hub = hub;
    this.#reader = reader;
  }

  /** How many entries wait to be taken. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Whether there may be something to take, or the listener was detached. */
  get hasNews(): boolean {
    return this.#woken;
  }

  /**
   * Asks the hub to serve this listener from a position on.
   * @param atEnd whether the log has nothing beyond the position.
   * @returns false when the hub has begun to judge beyond it: then the listener has to read on.
   */
  attach(position: Position, atEnd: boolean): boolean {
    if (!this.#hub.attach(this, position, atEnd)) return false;
    this.#upTo = position;
    this.#waiting = NOTHING;
    this.#failure = undefined;
    this.#woken = false;
    this.toldAt = performance.now();
    return true;
  }

  /** Ends the service of the hub: what waits is dropped, the listener reads it from the log. */
  detach(error?: unknown): void {
    this.#hub.detach(this);
    this.#upTo = undefined;
    this.#waiting = NOTHING;
    if (error !== undefined) this.#failure = { error };
    this.wake();
  }

  /** @returns whether the entry is for this listener; then it waits to be taken. */
  offer(entry: LoggedEvent): boolean {
    const last = this.#waiting.at(-1)?.seq ?? this.#upTo?.seq;
    if (last === undefined || entry.seq <= last) return false;
    const event = this.viewer.show(entry);
    if (!event) return false;
    if (this.#waiting === NOTHING) this.#waiting = [];
    this.#waiting.push({
      seq: entry.seq,
      bytes: entry.textBytes,
      matched: 'matched' in event ? event.matched : undefined,
    });
    return true;
  }

  /** Whether so many entries were judged since the listener was told something. */
  isBehind(position: Position, entries: number): boolean {
    return this.#upTo !== undefined && position.seq - this.#upTo.seq >= entries;
  }

  wake(): void {
    this.#woken = true;
    this.#reader.onNews();
  }

  /**
   * Takes what waits, as much as one page may hold; the rest waits for the next page. Undefined when the listener is
   * detached, or when some of it is no longer in memory: then it has to read the log by itself, from where it was.
   * @throws what ended the hub
   */
  take(): Batch | undefined {
    this.#woken = false;
    if (this.#failure) throw this.#failure.error;
    if (!this.#upTo) return undefined;
    const batch = this.viewer.interest.isEverything
      ? this.#takeEverything(this.#upTo)
      : this.#takeWaiting(this.#upTo);
    if (!batch) return undefined;
    this.#upTo = batch.upTo;
    this.toldAt = performance.now();
    this.#hub.told(this);
    return batch;
  }

  #takeEverything(upTo: Position): Batch | undefined {
    const events = this.#hub.entriesAfter(upTo);
    const seq = events?.at(-1)?.seq ?? upTo.seq;
    this.#woken = seq < (this.#hub.judged?.seq ?? 0);
    return events && { events, upTo: { epoch: upTo.epoch, seq } };
  }

  #takeWaiting({ epoch, seq }: Position): Batch | undefined {
    const length = lengthOfPage(this.#waiting);
    const items = this.#waiting.slice(0, length);
    this.#waiting = length < this.#waiting.length ? this.#waiting.slice(length) : NOTHING;
    // The rest is taken with the next page.
    this.#woken = this.#waiting.length > 0;
    const events: ShownEvent[] = [];
    for (const { seq, matched } of items) {
      const entry = this.#hub.entryAt({ epoch, seq });
      if (!entry) return undefined;
      const event = this.viewer.show(entry, matched);
      if (event) events.push(event);
    }
    const judged = this.#woken ? 0 : (this.#hub.judged?.seq ?? 0);
    return { events, upTo: { epoch, seq: Math.max(seq, judged, items.at(-1)?.seq ?? 0) } };
  }

  /** Ends it all. */
  close(): void {
    this.detach();
    this.#hub.remove(this);
  }
}

/** How many of the entries fit into a page: at most so many bytes of text, but one entry at least. */
function lengthOfPage(waiting: readonly Waiting[]): number {
  let bytes = 0;
  const tooMany = waiting.findIndex((one, index) => {
    bytes += one.bytes;
    return index > 0 && bytes > LIMITS.eventPageBytes;
  });
  return tooMany === -1 ? waiting.length : tooMany;
}
