import { callerGone, onGone, QueryDeadline } from './query-deadline.js';
import type { QueryEnds } from './read-lane.js';
import { ReaderPool, type WaitingLimits } from './reader-pool.js';
import { ReaderSeat } from './reader-seat.js';
import type { RunStatement, SqliteReader } from './sqlite-reader.js';
import { busy, classifyStorageError, unavailable } from './storage-error.js';
import type { LaneState } from './storage-state.js';

/** How long before a query's time is over a reader is opened that can take the place of its own. */
const PREPARE_AHEAD_MS = 1000;

/** One lane of reads on an embedded file: its readers serve one queue, and each read is one transaction. */
export class SqliteLane {
  readonly #seats: ReaderSeat[];
  readonly #pool: ReaderPool<ReaderSeat>;
  readonly #running = new Set<QueryDeadline>();

  constructor(
    open: () => Promise<SqliteReader>,
    { readers, ...limits }: WaitingLimits & { readers: number },
  ) {
    this.#seats = Array.from({ length: readers }, () => new ReaderSeat(open));
    this.#pool = new ReaderPool(this.#seats, limits);
  }

  get state(): LaneState {
    return this.#pool.state;
  }

  /** Opens the readers, which are otherwise opened when they are first used. It never throws. */
  async open(): Promise<void> {
    await Promise.all(this.#seats.map(seat => seat.fill()));
  }

  /**
   * Runs work in a transaction.
   * @param ends when it ends by itself; undefined: without an end.
   * @throws RollcallError `QUERY_TOO_EXPENSIVE`, `UNAVAILABLE`
   */
  read<Result>(work: (run: RunStatement) => Promise<Result>, ends?: QueryEnds): Promise<Result> {
    return new Promise((resolve, reject) => {
      const occupied = this.#pool.run(async seat => {
        // The answer waits for neither of the others, but the seat does: the next read has a reader that is open and free.
        await this.#readOn(seat, work, ends).then(resolve, reject);
        await this.#renew(seat);
        await seat.fill();
      });
      occupied.catch(reject);
    });
  }

  /** Ends the reads that run, refuses those that wait, and closes the readers. */
  async close(): Promise<void> {
    const closed = this.#pool.close();
    for (const seat of this.#seats) seat.retire();
    for (const deadline of this.#running) deadline.end(busy('the storage is closed'));
    await closed;
    await Promise.all(this.#seats.map(seat => seat.close()));
  }

  async #readOn<Result>(
    seat: ReaderSeat,
    work: (run: RunStatement) => Promise<Result>,
    ends: QueryEnds | undefined,
  ): Promise<Result> {
    try {
      return await this.#limited(seat, work, ends);
    } catch (error) {
      if (classifyStorageError(error) !== 'unavailable') throw error;
      await seat.giveUp();
      throw unavailable(error);
    }
  }

  /** A reader that cannot even end its transaction is replaced. What it read stays right. */
  async #renew(seat: ReaderSeat): Promise<void> {
    await seat.opened?.renew().catch(() => seat.giveUp());
  }

  async #limited<Result>(
    seat: ReaderSeat,
    work: (run: RunStatement) => Promise<Result>,
    ends: QueryEnds | undefined,
  ): Promise<Result> {
    const limitMs = ends?.limitMs;
    const reader = await seat.take();
    if (ends?.signal?.aborted) throw callerGone();
    const preparing =
      limitMs !== undefined && reader.interruptEnds
        ? setTimeout(() => seat.prepare(), limitMs - Math.min(limitMs / 2, PREPARE_AHEAD_MS))
        : undefined;
    const deadline = new QueryDeadline(limitMs, () => reader.interrupt());
    let ending: NodeJS.Timeout | undefined;
    const stopListening = onGone(ends?.signal, () => {
      const end = () => deadline.end(callerGone());
      if (!reader.interruptEnds || deadline.usedMs >= PREPARE_AHEAD_MS) return end();
      // Who comes and goes must not cost a reader each time: what ends sooner than it takes to open one may end by itself.
      seat.prepare();
      ending = setTimeout(end, PREPARE_AHEAD_MS - deadline.usedMs);
    });
    // A lookup is short and somebody may need it until the end.
    if (limitMs !== undefined) this.#running.add(deadline);
    try {
      return await work(async (text, values) => {
        deadline.check();
        try {
          return await reader.query(text, values);
        } catch (error) {
          throw deadline.explain(error);
        }
      });
    } finally {
      this.#running.delete(deadline);
      stopListening();
      clearTimeout(ending);
      deadline.stop();
      clearTimeout(preparing);
    }
  }
}
