import { LIMITS, type Position, RollcallError } from '@rollcall/protocol';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { WakeUp } from '../wake-up/wake-up.js';
import { WakeUpLatch } from '../wake-up/wake-up-latch.js';
import { EventRing } from './event-ring.js';
import type { LoggedEvent } from './logged-event.js';
import { readBounds, readEntries } from './read-log.js';

/** Without a hint, news is found after this time: hints between processes may be lost without harm. */
const POLL_MS = 500;

/**
 * While news keeps coming, readers are woken at most this often, so that pages grow and the cost of each event falls. To
 * wake a reader costs something, too: with so many of them for each millisecond more, that stays a part of the whole.
 */
const BUSY_INTERVAL_MS = 5;
const READERS_PER_MS = 10;

/** What a reader gets: the next entries and how far they reach, or the news that its position is no longer served. */
export type LogPage = { events: LoggedEvent[]; upTo: Position } | { resyncAt: Position };

/**
 * Reads the event log for all listeners of this process. One loop reads what is new and keeps the latest entries in
 * memory; listeners are served from there, so they cost the database nothing. The loop runs only while somebody waits.
 *
 * The order that loses nothing: a reader reads pages after its position until one is empty, and then waits; the wait
 * ends at once when the log has grown past that position in the meantime.
 */
export class EventLog {
  readonly #unitOfWork: UnitOfWork;
  readonly #onError: (error: unknown, context: string) => void;
  readonly #hint = new WakeUpLatch();
  readonly #news = new WakeUp();
  readonly #closing = new AbortController();
  #ring: EventRing | undefined;
  #following: Promise<void> | undefined;
  /** The end of the log, as somebody saw it last. */
  #seen: Position | undefined;
  /** A look at the end of the log that is asked for and has not begun. */
  #look: Promise<Position> | undefined;

  constructor(unitOfWork: UnitOfWork, onError: (error: unknown, context: string) => void) {
    this.#unitOfWork = unitOfWork;
    this.#onError = onError;
  }

  /** Says that something was committed, here or on another process. */
  hint(): void {
    this.#hint.ring();
  }

  /** The end of the log at this moment: a reader that starts here gets everything committed from now on. */
  position(): Promise<Position> {
    // Everybody who asks before the look begins shares it: when thousands begin to listen at once, few looks do.
    this.#look ??= this.#unitOfWork
      .read(transaction => {
        this.#look = undefined;
        return readBounds(transaction);
      })
      .then(({ epoch, seq }) => {
        this.#seen = { epoch, seq };
        return { epoch, seq };
      })
      .catch((error: unknown) => {
        this.#look = undefined;
        throw error;
      });
    return this.#look;
  }

  /**
   * The entries after a position, at most `limit`; none when there is nothing new. `resyncAt` when the position is of
   * another log, lies ahead of this one, or is older than what is kept: the reader has to read afresh from there.
   */
  async pageAfter(position: Position, limit: number = LIMITS.eventPage): Promise<LogPage> {
    const recent = this.#ring?.after(position, limit);
    if (recent) return page(position, recent);
    // Who has just looked at the end of the log is ahead of the memory, which is about to follow: there is nothing to read.
    if (this.#isAboutToFollow(position)) return page(position, []);
    return this.#unitOfWork.read(async transaction => {
      const bounds = await readBounds(transaction);
      const served =
        position.epoch === bounds.epoch && position.seq <= bounds.seq && position.seq >= bounds.minSeq - 1;
      if (!served) return { resyncAt: { epoch: bounds.epoch, seq: bounds.seq } };
      return page(position, await readEntries(transaction, position, limit));
    });
  }

  /**
   * Resolves when the log may have grown past a position, or the signal aborts. It may resolve for nothing.
   * @throws RollcallError `UNAVAILABLE` once the log is closed: a reader that went on would wait for nothing, at once and
   * for ever.
   */
  async waitBeyond(position: Position, signal: AbortSignal): Promise<void> {
    if (this.#closing.signal.aborted)
      throw new RollcallError('UNAVAILABLE', 'the server is closing; resume later');
    this.#following ??= this.#follow();
    // No await between this look and the wait: news cannot slip in between.
    if (this.#ring && this.#ring.end.epoch === position.epoch && this.#ring.end.seq > position.seq) return;
    await this.#news.wait(signal, 10 * POLL_MS);
  }

  /** Forgets what is kept in memory: entries have lost values that nobody is to see any more. */
  forget(): void {
    this.#ring = undefined;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#hint.ring();
    this.#news.wake();
    await this.#following;
  }

  #isAboutToFollow({ epoch, seq }: Position): boolean {
    const end = this.#ring?.end;
    const seen = this.#seen;
    return end?.epoch === epoch && seen?.epoch === epoch && end.seq < seq && seq <= seen.seq;
  }

  /** Reads what is new into the ring for as long as somebody waits for it. */
  async #follow(): Promise<void> {
    const { signal } = this.#closing;
    let idleRounds = 0;
    while (!signal.aborted && (idleRounds < 2 || this.#news.waiting > 0)) {
      try {
        const grew = await this.#readNews();
        const readers = this.#news.waiting;
        if (grew) this.#news.wake();
        idleRounds = this.#news.waiting > 0 || grew ? 0 : idleRounds + 1;
        if (grew) await pause(BUSY_INTERVAL_MS + readers / READERS_PER_MS);
        else await this.#hint.sleep(POLL_MS, signal);
      } catch (error) {
        this.#onError(error, 'reading the event log');
        await this.#hint.sleep(POLL_MS, signal);
      }
    }
    // What was missed while nobody listened is read from the database by whoever asks for it. No await between the last
    // look for somebody who waits and this: whoever comes next begins anew.
    this.#ring = undefined;
    this.#following = undefined;
  }

  async #readNews(): Promise<boolean> {
    return this.#unitOfWork.read(async transaction => {
      const bounds = await readBounds(transaction);
      const ring = this.#ring;
      if (!ring || ring.end.epoch !== bounds.epoch || ring.end.seq > bounds.seq) {
        this.#ring = new EventRing({ epoch: bounds.epoch, seq: bounds.seq });
        // Nobody knows what was missed before the ring: let every reader look.
        return true;
      }
      if (ring.end.seq === bounds.seq) return false;
      const events = await readEntries(transaction, ring.end, LIMITS.eventPage);
      ring.append(events);
      // A deletion has ended, perhaps on another process: what it took out of the log leaves the memory here, too.
      if (events.some(event => event.endsDeletion)) this.forget();
      return events.length > 0;
    });
  }
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms));
}

function page(after: Position, events: LoggedEvent[]): LogPage {
  return { events, upTo: { epoch: after.epoch, seq: events.at(-1)?.seq ?? after.seq } };
}
