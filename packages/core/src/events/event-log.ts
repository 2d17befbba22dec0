import { formatPosition, LIMITS, type Position, RollcallError } from '@rollcall/protocol';
import type { Transaction, UnitOfWork } from '../database/unit-of-work.js';
import { Broadcaster, Notifier } from '../notifications/notifier.js';
import { LogIdentity } from './log-identity.js';
import type { LoggedEvent } from './logged-event.js';
import { RecentEvents } from './recent-events.js';
import { type LogBounds, readBounds, readEntries, renewEpoch } from './stored-log.js';

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
  readonly #hint = new Notifier();
  readonly #news = new Broadcaster();
  readonly #closing = new AbortController();
  #recent: RecentEvents | undefined;
  #following: Promise<void> | undefined;
  /** What this process has seen of the log, to recognise it by. */
  #identity = new LogIdentity();
  /** A look at the end of the log that is asked for and has not begun. */
  #look: Promise<Position> | undefined;

  constructor(unitOfWork: UnitOfWork, onError: (error: unknown, context: string) => void) {
    this.#unitOfWork = unitOfWork;
    this.#onError = onError;
  }

  /** Says that something was committed, here or on another process. */
  hint(): void {
    this.#hint.notify();
  }

  /** The end of the log at this moment: a reader that starts here gets everything committed from now on. */
  position(): Promise<Position> {
    // Everybody who asks before the look begins shares it: when thousands begin to listen at once, few looks do.
    this.#look ??= this.#read(
      async (_, { epoch, seq }) => ({ epoch, seq }),
      () => {
        this.#look = undefined;
      },
    ).catch((error: unknown) => {
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
    const recent = this.#recent?.after(position, limit);
    if (recent) return page(position, recent);
    // Who has just looked at the end of the log is ahead of the memory, which is about to follow: there is nothing to read.
    if (this.#isAboutToFollow(position)) return page(position, []);
    return this.#read(async (transaction, bounds): Promise<LogPage> => {
      const served =
        position.epoch === bounds.epoch && position.seq <= bounds.seq && position.seq >= bounds.minSeq - 1;
      if (!served) return { resyncAt: { epoch: bounds.epoch, seq: bounds.seq } };
      const events = await readEntries(transaction, position, limit);
      this.#identity.sawEntries(bounds.epoch, events);
      return page(position, events);
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
    if (this.#recent && this.#recent.end.epoch === position.epoch && this.#recent.end.seq > position.seq)
      return;
    await this.#news.wait(signal, 10 * POLL_MS);
  }

  /** Forgets what is kept in memory: entries have lost values that nobody is to see any more. */
  forget(): void {
    this.#recent = undefined;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#hint.notify();
    this.#news.wake();
    await this.#following;
  }

  #isAboutToFollow({ epoch, seq }: Position): boolean {
    const end = this.#recent?.end;
    const seen = this.#identity.end;
    return end?.epoch === epoch && seen?.epoch === epoch && end.seq < seq && seq <= seen.seq;
  }

  /** Reads what is new into the recent for as long as somebody waits for it. */
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
    this.#recent = undefined;
    this.#following = undefined;
  }

  async #readNews(): Promise<boolean> {
    return this.#read(async (transaction, bounds) => {
      const recent = this.#recent;
      const follows = recent?.end.epoch === bounds.epoch;
      if (follows && recent.end.seq === bounds.seq) return false;
      if (!follows || recent.end.seq > bounds.seq) {
        this.#recent = new RecentEvents({ epoch: bounds.epoch, seq: bounds.seq });
        this.#identity.sawEntries(
          bounds.epoch,
          await readEntries(transaction, { ...bounds, seq: bounds.seq - 1 }, 1),
        );
        // Nobody knows what was missed before the recent: let every reader look.
        return true;
      }
      const events = await readEntries(transaction, recent.end, LIMITS.eventPage);
      recent.append(events);
      this.#identity.sawEntries(bounds.epoch, events);
      // A deletion has ended, perhaps on another process: what it took out of the log leaves the memory here, too.
      if (events.some(event => event.endsDeletion)) this.forget();
      return events.length > 0;
    });
  }

  /**
   * Reads from the log that this process knows. One that has gone back gets a new epoch first, by whichever process
   * notices, and is read again as what it is then: another one.
   * @param onBegin called when the look begins: what is committed later may be missing from it.
   */
  async #read<Result>(
    job: (transaction: Transaction, bounds: LogBounds) => Promise<Result>,
    onBegin: () => void = () => undefined,
  ): Promise<Result> {
    for (;;) {
      const look = await this.#unitOfWork.read(async transaction => {
        onBegin();
        // What was seen before this look began must be in it.
        const known = this.#identity.end;
        const bounds = await readBounds(transaction);
        if (await this.#isAnother(transaction, bounds, known)) return { known };
        const result = await job(transaction, bounds);
        this.#identity.sawEnd(bounds);
        return { result };
      });
      if ('result' in look) return look.result as Result;
      await this.#renew(look.known);
    }
  }

  /** Whether this is not the log that was known, although it says so. */
  async #isAnother(transaction: Transaction, bounds: LogBounds, known?: Position): Promise<boolean> {
    if (known?.epoch !== bounds.epoch || known.seq === bounds.seq) return false;
    return bounds.seq < known.seq || this.#identity.hasOtherEntry(transaction, bounds);
  }

  async #renew(known: Position | undefined): Promise<void> {
    const only = known?.epoch;
    const renewed = await this.#unitOfWork.write(transaction => renewEpoch(transaction, only));
    this.#identity = new LogIdentity();
    this.#recent = undefined;
    if (!renewed) return;
    const message = `the event log went back from ${known && formatPosition(known)}: a backup was restored, or a replica took over without the last commits; it goes on as ${formatPosition(renewed)}, and every listener reads afresh`;
    this.#onError(new Error(message), 'reading the event log');
  }
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms));
}

function page(after: Position, events: LoggedEvent[]): LogPage {
  return { events, upTo: { epoch: after.epoch, seq: events.at(-1)?.seq ?? after.seq } };
}
