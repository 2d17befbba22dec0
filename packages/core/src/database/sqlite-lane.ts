import { QueryDeadline } from './query-deadline.js';
import { ReaderPool, type WaitingLimits } from './reader-pool.js';
import { busy, classifyStorageError, unavailable } from './storage-error.js';

/** A read-only connection to an embedded file. */
export interface SqliteReader {
  query(text: string, values: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** Ends the statements that run, with an error. It does nothing when none runs. It may cost the connection. */
  interrupt(): void;
  close(): Promise<void>;
}

/** Runs a statement inside of a read. */
export type RunStatement = SqliteReader['query'];

/** A place for a reader: the reader is opened when it is first used, and again after it was given up. */
interface Seat {
  reader: SqliteReader | undefined;
}

/** One lane of reads on an embedded file: its readers serve one queue, and each read is one transaction. */
export class SqliteLane {
  readonly #open: () => Promise<SqliteReader>;
  readonly #seats: Seat[];
  readonly #pool: ReaderPool<Seat>;
  readonly #running = new Set<QueryDeadline>();

  constructor(
    open: () => Promise<SqliteReader>,
    { readers, ...limits }: WaitingLimits & { readers: number },
  ) {
    this.#open = open;
    this.#seats = Array.from({ length: readers }, () => ({ reader: undefined }));
    this.#pool = new ReaderPool(this.#seats, limits);
  }

  /**
   * Runs work in a transaction.
   * @param limitMs how long it may run; undefined: without an end.
   * @throws RollcallError `QUERY_TOO_EXPENSIVE`, `UNAVAILABLE`
   */
  read<Result>(work: (run: RunStatement) => Promise<Result>, limitMs?: number): Promise<Result> {
    return this.#pool.run(async seat => {
      try {
        seat.reader ??= await this.#open();
        await seat.reader.query('BEGIN', []);
        return await this.#limited(seat.reader, work, limitMs);
      } catch (error) {
        if (classifyStorageError(error) !== 'unavailable') throw error;
        await giveUp(seat);
        throw unavailable(error);
      } finally {
        // A reader that cannot even end its transaction is replaced. What it read stays right.
        await seat.reader?.query('ROLLBACK', []).catch(() => giveUp(seat));
      }
    });
  }

  /** Ends the reads that run, refuses those that wait, and closes the readers. */
  async close(): Promise<void> {
    const closed = this.#pool.close();
    for (const deadline of this.#running) deadline.end(busy('the storage is closed'));
    await closed;
    await Promise.all(this.#seats.map(giveUp));
  }

  async #limited<Result>(
    reader: SqliteReader,
    work: (run: RunStatement) => Promise<Result>,
    limitMs: number | undefined,
  ): Promise<Result> {
    const deadline = new QueryDeadline(limitMs, () => reader.interrupt());
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
      deadline.stop();
    }
  }
}

async function giveUp(seat: Seat): Promise<void> {
  const { reader } = seat;
  seat.reader = undefined;
  // A reader that cannot even be closed holds nothing that was acknowledged.
  await reader?.close().catch(() => undefined);
}
