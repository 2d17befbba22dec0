import type { Position } from '@rollcall/protocol';
import type { LoggedEvent } from './logged-event.js';

const MAX_EVENTS = 5000;

/** The latest entries of the log, in memory, without a gap. */
export class RecentEvents {
  readonly #epoch: string;
  #start: number;
  #events: LoggedEvent[] = [];

  /** Holds nothing at first. Entries are added from this position on. */
  constructor(start: Position) {
    this.#epoch = start.epoch;
    this.#start = start.seq;
  }

  /** The position of the last entry that was read. */
  get end(): Position {
    return { epoch: this.#epoch, seq: this.#start + this.#events.length };
  }

  /** Adds the entries that follow directly, and drops the oldest. @throws Error when there is a gap before them. */
  append(events: readonly LoggedEvent[]): void {
    if (events[0] && events[0].seq !== this.end.seq + 1) throw new Error('entries of the log are missing');
    this.#events.push(...events);
    // Dropping many at once keeps the cost of moving the rest small.
    if (this.#events.length > 2 * MAX_EVENTS) {
      const leaving = this.#events.length - MAX_EVENTS;
      this.#events = this.#events.slice(leaving);
      this.#start += leaving;
    }
  }

  /** The entries after a position, at most `limit`; undefined when the position is not among those in memory. */
  after(position: Position, limit: number): LoggedEvent[] | undefined {
    if (position.epoch !== this.#epoch || position.seq < this.#start || position.seq > this.end.seq)
      return undefined;
    const first = position.seq - this.#start;
    return this.#events.slice(first, first + limit);
  }
}
