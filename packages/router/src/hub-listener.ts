import type { LoggedEvent } from '@rollcall/core';
import { LIMITS, type Position } from '@rollcall/protocol';
import type { EventViewer } from './event-viewer.js';
import type { Matched } from './shared-filters.js';

/** What waits for a listener: where the entry stands, and what the listener's filter said of it. */
interface Waiting {
  seq: number;
  /** How long its text is. */
  bytes: number;
  matched: Matched | undefined;
}

/** What a listener takes from the hub: which entries are for it, and how far it has heard everything then. */
export interface Batch {
  items: Waiting[];
  upTo: Position;
}

/** What a listener asks of its hub. */
interface HubPlace {
  attach(position: Position, atEnd: boolean): boolean;
  detach(): void;
  /** How far everything was judged. */
  judged(): Position | undefined;
  told(): void;
}

/** One listener of the hub (`event-hub.ts`): where it stands, and what waits for it. */
export class HubListener {
  readonly viewer: EventViewer;
  readonly #place: HubPlace;
  readonly #leave: (() => void)[] = [];
  #waiting: Waiting[] = [];
  /** Everything up to here has been heard. */
  #upTo: Position | undefined;
  #failure: { error: unknown } | undefined;
  #wake: (() => void) | undefined;
  #woken = false;
  /** When something was last taken (`performance.now()`). */
  toldAt = 0;

  constructor(viewer: EventViewer, place: HubPlace) {
    this.viewer = viewer;
    this.#place = place;
  }

  /** How many entries wait to be taken. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Runs when the listener closes. */
  onClose(run: () => void): void {
    this.#leave.push(run);
  }

  /**
   * Asks the hub to serve this listener from a position on.
   * @param atEnd whether the log has nothing beyond the position.
   * @returns false when the hub has begun to judge beyond it: then the listener has to read on.
   */
  attach(position: Position, atEnd: boolean): boolean {
    if (!this.#place.attach(position, atEnd)) return false;
    this.#upTo = position;
    this.#waiting = [];
    this.#failure = undefined;
    this.toldAt = performance.now();
    return true;
  }

  /** Ends the service of the hub: what waits is dropped, the listener reads it from the log. */
  detach(error?: unknown): void {
    this.#place.detach();
    this.#upTo = undefined;
    this.#waiting = [];
    if (error !== undefined) this.#failure = { error };
    this.wake();
  }

  /** @returns whether the entry is for this listener; then it waits to be taken. */
  offer(entry: LoggedEvent): boolean {
    const last = this.#waiting.at(-1)?.seq ?? this.#upTo?.seq;
    if (last === undefined || entry.seq <= last) return false;
    const event = this.viewer.see(entry);
    if (!event) return false;
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
    this.#wake?.();
  }

  /** Resolves when there is something to take, when the listener was detached, or when the signal aborts. @throws what ended the hub */
  async news(signal: AbortSignal): Promise<void> {
    if (!this.#woken && !signal.aborted) {
      await new Promise<void>(resolve => {
        const wake = () => {
          this.#wake = undefined;
          signal.removeEventListener('abort', wake);
          resolve();
        };
        signal.addEventListener('abort', wake);
        this.#wake = wake;
      });
    }
    this.#woken = false;
    if (this.#failure) throw this.#failure.error;
  }

  /**
   * Takes the entries that wait, as many as one page may hold; the rest waits for the next page. Undefined when the listener
   * is detached, and has to read the log by itself.
   */
  take(): Batch | undefined {
    if (!this.#upTo) return undefined;
    const items = this.#waiting.splice(0, lengthOfPage(this.#waiting));
    const last = items.at(-1)?.seq ?? 0;
    if (this.#waiting.length > 0) this.wake();
    const judged = this.#waiting.length > 0 ? 0 : (this.#place.judged()?.seq ?? 0);
    const seq = Math.max(this.#upTo.seq, judged, last);
    this.#upTo = { epoch: this.#upTo.epoch, seq };
    this.toldAt = performance.now();
    this.#place.told();
    return { items, upTo: this.#upTo };
  }

  /** Ends it all. */
  close(): void {
    this.detach();
    for (const leave of this.#leave.splice(0)) leave();
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
