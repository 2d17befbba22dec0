import { LIMITS, type Position, RollcallError } from '@rollcall/protocol';
import { BULK_LOOKUP } from '../database/read-lane.js';
import type { Transaction, UnitOfWork, WrittenLog } from '../database/unit-of-work.js';
import { Broadcaster, Notifier } from '../notifications/notifier.js';
import { IdentifiedLog } from './identified-log.js';
import { LoggedEvent } from './logged-event.js';
import { RecentEvents } from './recent-events.js';
import { SharedPages } from './shared-pages.js';
import { type LogBounds, leadsOn, readEntries } from './stored-log.js';

/** News is found after this time without a notification: those between processes may be lost without harm. */
const POLL_MS = 500;

/**
 * While news keeps coming, readers are woken at most this often, so that pages grow and the cost of each event falls.
 * Waking a reader costs something too, so the interval grows with their number.
 */
const BUSY_INTERVAL_MS = 5;
const READERS_PER_MS = 10;

/** Hears of new entries, and of which log they are. */
type NewsListener = (entries: readonly LoggedEvent[], epoch: string) => void;

/** What a reader gets: the next entries and how far they reach, or that its position is no longer served. */
export type LogPage = { events: LoggedEvent[]; upTo: Position } | { resyncAt: Position };

/**
 * Reads the event log for all listeners of this process. One loop reads what is new and keeps the latest entries in
 * memory. Listeners are served from there, so they cost the database nothing. The loop runs only while somebody waits.
 *
 * A reader that loses nothing reads pages after its position until one is empty, and then waits. The wait ends at once
 * when the log has grown past that position in the meantime.
 */
export class EventLog {
  readonly #log: IdentifiedLog;
  readonly #onError: (error: unknown, context: string) => void;
  readonly #notifier = new Notifier();
  readonly #news = new Broadcaster();
  readonly #hearFirst: NewsListener[] = [];
  readonly #closing = new AbortController();
  #recent: RecentEvents | undefined;
  readonly #pages = new SharedPages();
  /** The page that is read before anybody has asked for it. */
  #ahead: { position: Position; limit: number; done: Promise<void> } | undefined;
  #following: Promise<void> | undefined;
  /** Something was handed over since the log was last followed. */
  #took = false;
  /** Something was committed that was not handed over. */
  #mustLook = false;
  /** A read of the end of the log that is asked for and has not begun. */
  #look: Promise<Position> | undefined;

  constructor(unitOfWork: UnitOfWork, onError: (error: unknown, context: string) => void) {
    this.#log = new IdentifiedLog({ unitOfWork, onReplaced: () => this.dropMemory(), onError });
    this.#onError = onError;
  }

  /** Lets somebody hear of new entries before any listener does. It must be quick, and must not throw. */
  onNews(listener: NewsListener): void {
    this.#hearFirst.push(listener);
  }

  /** Says that something was committed, here or in another process. */
  notify(): void {
    this.#mustLook = true;
    this.#notifier.notify();
  }

  /**
   * Takes what this process has committed. What follows directly on what is in memory need not be read back, which it is
   * otherwise, once for each commit. Between two commits of this process there may be others: then the log is read.
   */
  take({ epoch, entries }: WrittenLog): void {
    const recent = this.#recent;
    const follows = recent?.end.epoch === epoch && recent.end.seq + 1 === entries[0]?.seq;
    if (follows) {
      const events = entries.map(entry => new LoggedEvent(epoch, entry));
      this.#remember(recent, epoch, events);
      this.#took = true;
    } else this.#mustLook = true;
    this.#notifier.notify();
  }

  /** The end of the log at this moment: a reader that starts here gets everything committed from now on. */
  position(): Promise<Position> {
    // All who ask before the read begins share it: when thousands begin to listen at once, there are few reads.
    this.#look ??= this.#log
      .read(async (_, { epoch, seq }) => ({ epoch, seq }), {
        onBegin: () => {
          this.#look = undefined;
        },
      })
      .catch((error: unknown) => {
        this.#look = undefined;
        throw error;
      });
    return this.#look;
  }

  /**
   * The entries after a position, at most `limit` and as many as `LIMITS.eventPageBytes` allows, but one at least; none when
   * there is nothing new. The answer is `resyncAt` when the
   * position belongs to another log, lies ahead of this one, or is older than what is kept: then the reader has to read
   * everything afresh and go on from there. A position of an epoch that ended when a standby took over leads on as far as that
   * had come: the answer goes on in the present epoch then.
   */
  async pageAfter(position: Position, limit: number = LIMITS.eventPage): Promise<LogPage> {
    const recent = this.#recent?.after(position, limit);
    if (recent) return page(position, recent);
    // A reader that has just asked for the end of the log is ahead of the memory, which is about to follow: it has
    // nothing to read yet.
    if (this.#isAboutToFollow(position)) return page(position, []);
    const read = await this.#readPage(position, limit);
    if (!('resyncAt' in read) && read.events.length > 0) this.#readAhead(read.upTo, limit);
    return read;
  }

  async #readPage(position: Position, limit: number): Promise<LogPage> {
    if (this.#ahead?.position.seq === position.seq && this.#ahead.limit === limit) await this.#ahead.done;
    const shared = this.#pages.find(position, limit);
    if (shared) return page(position, shared);
    const keep = this.#pages.reading(position, limit);
    const readPage = async (
      transaction: Transaction,
      bounds: LogBounds,
    ): Promise<LogPage | { on: Position }> => {
      const { epoch, seq } = bounds;
      if (position.epoch !== epoch && (await leadsOn(transaction, position)))
        return { on: { epoch, seq: position.seq } };
      const served = position.epoch === epoch && position.seq <= seq && position.seq >= bounds.minSeq - 1;
      if (!served) return { resyncAt: { epoch, seq } };
      const events = await readEntries(transaction, position, limit);
      this.#log.sawEntries(bounds.epoch, events);
      keep(events);
      return page(position, events);
    };
    const read = await this.#log.read(readPage, { lane: BULK_LOOKUP });
    return 'on' in read ? this.#readPage(read.on, limit) : read;
  }

  /**
   * Reads the page after one that was just given, while its reader works on that. It is one at a time, so somebody who reads
   * slowly costs no more than one page that nobody wanted.
   */
  #readAhead(position: Position, limit: number): void {
    const { end } = this.#log;
    const isTheEnd = end?.epoch !== position.epoch || end.seq <= position.seq;
    if (isTheEnd || this.#ahead || this.remembers(position) || this.#pages.find(position, limit)) return;
    const done = this.#readPage(position, limit)
      .then(
        () => undefined,
        // The reader who asks for the page reads it again, and hears what is wrong.
        () => undefined,
      )
      .finally(() => {
        this.#ahead = undefined;
      });
    this.#ahead = { position, limit, done };
  }

  /** Whether what comes after a position is in memory, so that a page of it costs the database nothing. */
  remembers(position: Position): boolean {
    return this.#recent?.after(position, 0) !== undefined || this.#isAboutToFollow(position);
  }

  /** The entry at a position, while it is in memory. What a deletion took out of the log is not found any more. */
  recent({ epoch, seq }: Position): LoggedEvent | undefined {
    return this.#recent?.after({ epoch, seq: seq - 1 }, 1)?.[0];
  }

  /** The entries after a position, as many as a page holds and `limit` at most, while they are in memory. */
  recentAfter(position: Position, limit: number): LoggedEvent[] | undefined {
    return this.#recent?.after(position, limit);
  }

  /**
   * Resolves when the log may have grown past a position, or the signal aborts. It may resolve without news.
   * @throws RollcallError `UNAVAILABLE` once the log is closed. A reader that got no error would ask again and again.
   */
  async waitBeyond(position: Position, signal: AbortSignal): Promise<void> {
    if (this.#closing.signal.aborted)
      throw new RollcallError('UNAVAILABLE', 'the server is closing; resume later');
    this.#following ??= this.#follow();
    // No await between this check and the wait: news cannot slip in between.
    if (this.#recent && this.#recent.end.epoch === position.epoch && this.#recent.end.seq > position.seq)
      return;
    await this.#news.wait(signal, 10 * POLL_MS);
  }

  /** Drops the entries in memory: the stored ones have lost values that nobody may see any more. */
  dropMemory(): void {
    this.#recent = undefined;
    this.#pages.drop();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#notifier.notify();
    this.#news.broadcast();
    await this.#following;
  }

  #isAboutToFollow({ epoch, seq }: Position): boolean {
    const end = this.#recent?.end;
    const seen = this.#log.end;
    return end?.epoch === epoch && seen?.epoch === epoch && end.seq < seq && seq <= seen.seq;
  }

  /** Reads what is new into the recent events for as long as somebody waits for it. */
  async #follow(): Promise<void> {
    const { signal } = this.#closing;
    let idleRounds = 0;
    while (!signal.aborted && (idleRounds < 2 || this.#news.waiting > 0)) {
      try {
        const grew = await this.#hasGrown();
        const readers = this.#news.waiting;
        if (grew) this.#news.broadcast();
        idleRounds = this.#news.waiting > 0 || grew ? 0 : idleRounds + 1;
        if (grew) await pause(BUSY_INTERVAL_MS + readers / READERS_PER_MS);
        else await this.#notifier.sleep(POLL_MS, signal);
      } catch (error) {
        this.#onError(error, 'reading the event log');
        await this.#notifier.sleep(POLL_MS, signal);
      }
    }
    // A reader that comes later reads from the database what it missed. No await between the last check for readers and
    // this: the next reader starts the loop again.
    this.dropMemory();
    this.#following = undefined;
  }

  /** Whether there is news since the last time. It looks into the log unless all that it was told of was handed to it. */
  async #hasGrown(): Promise<boolean> {
    const took = this.#took;
    const mustLook = this.#mustLook || !took;
    this.#took = false;
    this.#mustLook = false;
    const grew = mustLook && (await this.#readNews());
    return grew || took;
  }

  async #readNews(): Promise<boolean> {
    // More may be handed over while the log is read, which is not in what is read then.
    const recent = this.#recent;
    const end = recent?.end;
    return this.#log.read(async (transaction, bounds) => {
      if (recent !== this.#recent) return true;
      const follows = end?.epoch === bounds.epoch;
      if (follows && end.seq === bounds.seq) return false;
      if (!recent || !follows || end.seq > bounds.seq) {
        this.#recent = new RecentEvents({ epoch: bounds.epoch, seq: bounds.seq });
        this.#log.sawEntries(
          bounds.epoch,
          await readEntries(transaction, { ...bounds, seq: bounds.seq - 1 }, 1),
        );
        // Nobody knows what was missed before these recent events: let every reader look.
        return true;
      }
      const events = await readEntries(transaction, end, LIMITS.eventPage);
      this.#remember(
        recent,
        bounds.epoch,
        events.filter(({ seq }) => seq > recent.end.seq),
      );
      return events.length > 0;
    });
  }

  /** Keeps entries that follow directly on the recent ones. */
  #remember(recent: RecentEvents, epoch: string, events: readonly LoggedEvent[]): void {
    for (const hear of this.#hearFirst) hear(events, epoch);
    recent.append(events);
    this.#log.sawEntries(epoch, events);
    // A deletion has ended, perhaps in another process: what it took out of the log leaves the memory here too.
    if (events.some(event => event.endsDeletion)) this.dropMemory();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms));
}

function page(after: Position, events: LoggedEvent[]): LogPage {
  return { events, upTo: { epoch: after.epoch, seq: events.at(-1)?.seq ?? after.seq } };
}
