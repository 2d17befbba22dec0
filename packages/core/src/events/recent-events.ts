import { LIMITS, type Position } from '@rollcall/protocol';
import type { LoggedEvent } from './logged-event.js';

const MAX_EVENTS = 5000;

/** Of the texts. An event in memory, in all its forms, takes several times as much. */
const MAX_BYTES = 8 * 1024 * 1024;

/** The latest entries of the log, in memory, without a gap. */
export class RecentEvents {
  readonly #epoch: string;
  #start: number;
  #events: LoggedEvent[] = [];
  #bytes = 0;

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
    for (const { textBytes } of events) this.#bytes += textBytes;
    // Dropping many at once keeps the cost of moving the rest small.
    if (this.#events.length > 2 * MAX_EVENTS || this.#bytes > 2 * MAX_BYTES) this.#dropOldest();
  }

  #dropOldest(): void {
    let leaving = 0;
    while (this.#events.length - leaving > MAX_EVENTS || this.#bytes > MAX_BYTES) {
      this.#bytes -= this.#events[leaving]?.textBytes ?? 0;
      leaving += 1;
    }
    this.#events = this.#events.slice(leaving);
    this.#start += leaving;
  }

  /**
   * The entries after a position, at most `limit`, with at most `LIMITS.eventPageBytes` of text together or a single longer
   * one; undefined when the position is not among those in memory.
   */
  after(position: Position, limit: number): LoggedEvent[] | undefined {
    if (position.epoch !== this.#epoch || position.seq < this.#start || position.seq > this.end.seq)
      return undefined;
    const first = position.seq - this.#start;
    let end = first;
    for (let bytes = 0; end < Math.min(first + limit, this.#events.length); end++) {
      bytes += this.#events[end]?.textBytes ?? 0;
      if (end > first && bytes > LIMITS.eventPageBytes) break;
    }
    return this.#events.slice(first, end);
  }
}
