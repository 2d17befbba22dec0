import { RollcallError } from '@rollcall/protocol';
import sql from 'sql-template-tag';
import { asideOnSqlite } from './aside.js';
import type { DatabaseAddress } from './database-address.js';
import { dialectOf } from './dialect.js';
import { doPart } from './do-part.js';
import type { DirectoryInstruments } from './instruments.js';
import { reasonOfEnd } from './query-deadline.js';
import { MAX_QUERY_WAIT_MS, MAX_WAITING_QUERIES, type ReadLane } from './read-lane.js';
import { checkpoint, emptyWriteAheadLog, MAX_REWRITE_BYTES, rewriteSmall } from './scrubber.js';
import { SerialQueue } from './serial-queue.js';
import { SqliteLane } from './sqlite-lane.js';
import { bindable, type SqliteReader } from './sqlite-reader.js';
import { openSqliteReader, openSqliteWriter, type SqliteWriter } from './sqlite-sources.js';
import { classifyStorageError, unavailable } from './storage-error.js';
import type { StorageState } from './storage-state.js';
import {
  CurrentTransaction,
  type LogEntry,
  type LoggedListener,
  type LogWriter,
  type Queryable,
  type Statement,
  type Transaction,
  type UnitOfWork,
  type UnitOfWorkOptions,
  type WriteTransaction,
} from './unit-of-work.js';
import { WriteClock } from './write-clock.js';

const MAX_WAITING_WRITES = 1000;
const MAX_WAITING_LOOKUPS = 1000;

/**
 * Together with the writer and the reader of lookups they fill the four threads of Node that the asynchronous driver runs
 * on, and no more: a statement of the others never waits for one.
 */
const QUERY_READERS = 2;

/** Opens connections, at the start and in place of those that can no longer be trusted. */
interface Open {
  writer(): Promise<SqliteWriter>;
  lookups(): Promise<SqliteReader>;
  queries(): Promise<SqliteReader>;
}

/**
 * The unit of work on an embedded file: exactly one writer behind a queue, and readers beside it that see committed
 * data only (WAL): one for lookups, others for queries. TypeORM shares one connection among all callers of a DataSource. Without the queue, the write of one
 * caller could be acknowledged inside the transaction of another and vanish with its rollback.
 *
 * Transactions begin with plain statements, never through TypeORM. TypeORM counts how deep it is, and counts wrongly
 * once SQLite has rolled back by itself (full disk, input/output error). `BEGIN IMMEDIATE` refuses to nest, so the next
 * write finds a connection that is in a wrong state. After a rollback or a commit that failed, the connection is replaced
 * before the next write.
 */
export class SqliteUnitOfWork implements UnitOfWork {
  readonly dialect = dialectOf('sqlite3');
  readonly writesAtOnce = 1;
  readonly #open: Open;
  readonly #logWriter: LogWriter;
  readonly #clock: () => number;
  readonly #instruments: DirectoryInstruments;
  readonly #maxRewriteBytes: number;
  readonly #current = new CurrentTransaction();
  readonly #writes = new SerialQueue(MAX_WAITING_WRITES);
  readonly #lookups: SqliteLane;
  readonly #queries: SqliteLane;
  #writer: SqliteWriter | undefined;
  #writable = true;
  #damage: Error | undefined;
  readonly #onLogged: LoggedListener[] = [];

  private constructor(
    open: Open,
    { logWriter, clock, instruments = {} }: UnitOfWorkOptions,
    maxRewriteBytes: number,
  ) {
    this.#open = open;
    this.#logWriter = logWriter;
    this.#clock = clock;
    this.#instruments = instruments;
    const { meter } = instruments;
    this.#maxRewriteBytes = maxRewriteBytes;
    this.#lookups = new SqliteLane(open.lookups, {
      readers: 1,
      maxWaiting: MAX_WAITING_LOOKUPS,
      begins: meter && (waitMs => meter.reads('lookup', waitMs)),
    });
    this.#queries = new SqliteLane(open.queries, {
      readers: QUERY_READERS,
      maxWaiting: MAX_WAITING_QUERIES,
      maxWaitMs: MAX_QUERY_WAIT_MS,
      begins: meter && (waitMs => meter.reads('query', waitMs)),
    });
  }

  /** The file must exist and be migrated. */
  static async open(
    address: Extract<DatabaseAddress, { file: string }>,
    options: UnitOfWorkOptions,
  ): Promise<SqliteUnitOfWork> {
    const unit = new SqliteUnitOfWork(
      {
        writer: () => openSqliteWriter(address, options.entities),
        lookups: () => openSqliteReader(address),
        queries: () => openSqliteReader(address, { interruptible: true }),
      },
      options,
      MAX_REWRITE_BYTES[address.engine],
    );
    unit.#writer = await unit.#open.writer();
    return unit;
  }

  get inTransaction(): boolean {
    return this.#current.readable !== undefined;
  }

  get writable(): boolean {
    return this.#writable && !this.#damage;
  }

  get state(): StorageState {
    return {
      waitingWrites: this.#writes.waiting,
      lanes: { lookup: this.#lookups.state, query: this.#queries.state },
    };
  }

  /** Refuses every write from now on: the file is damaged. Reading goes on, as far as it can. */
  refuseWrites(damage: Error): void {
    this.#damage = damage;
  }

  onLogged(listener: LoggedListener): void {
    this.#onLogged.push(listener);
  }

  async write<Result>(work: (transaction: WriteTransaction) => Promise<Result>): Promise<Result> {
    const joined = this.#current.writable;
    if (joined) return work(joined);
    const afterCommit: (() => void)[] = [];
    const { meter, trace } = this.#instruments;
    const clock = meter && new WriteClock(meter);
    const run = () => this.#writes.run(() => this.#runWrite(work, { afterCommit, clock }));
    const result = await (trace ? trace({ span: 'write' }, run) : run());
    for (const run of afterCommit) run();
    return result;
  }

  async read<Result>(
    work: (transaction: Transaction) => Promise<Result>,
    lane: ReadLane = { lane: 'lookup' },
  ): Promise<Result> {
    const joined = this.#current.readable;
    if (joined) return work(joined);
    const inTransaction = (run: SqliteReader['query']) => {
      const query = ({ sql: text, values }: Statement) => run(text, values.map(bindable));
      return this.#current.enter({ dialect: this.dialect, now: this.#clock(), query }, false, work);
    };
    const { meter } = this.#instruments;
    const reading = this.#readInLane(inTransaction, lane);
    if (!meter || lane.lane === 'lookup') return reading;
    return reading.catch((error: unknown) => {
      const reason = reasonOfEnd(error);
      if (reason) meter.stoppedQuery(reason);
      throw error;
    });
  }

  aside<Result>(work: (connection: Queryable) => Promise<Result>, signal: AbortSignal): Promise<Result> {
    return asideOnSqlite(this.#open.queries, work, signal);
  }

  warmUp(): Promise<void> {
    return this.#queries.open();
  }

  async scrub(): Promise<boolean> {
    const rewritten = await this.#writes.run(async () => {
      this.#writer ??= await this.#open.writer();
      return rewriteSmall(this.#writer, this.#maxRewriteBytes);
    });
    const emptied = await emptyWriteAheadLog(() => this.#writes.run(() => checkpoint(this.#writer)));
    return emptied && rewritten;
  }

  async close(): Promise<void> {
    await this.#writes.close();
    await Promise.all([this.#queries.close(), this.#lookups.close()]);
    await closeQuietly(this.#writer);
    this.#writer = undefined;
    this.#current.close();
  }

  #readInLane<Result>(
    inTransaction: (run: SqliteReader['query']) => Promise<Result>,
    lane: ReadLane,
  ): Promise<Result> {
    if (lane.lane === 'query') return this.#queries.read(inTransaction, lane);
    return this.#lookups.read(inTransaction);
  }

  #transactionOn(writer: SqliteWriter): Transaction {
    return {
      dialect: this.dialect,
      now: this.#clock(),
      query: ({ sql: text, values }: Statement) => writer.query(text, values.map(bindable)),
    };
  }

  async #runWrite<Result>(
    work: (transaction: WriteTransaction) => Promise<Result>,
    { afterCommit, clock }: { afterCommit: (() => void)[]; clock: WriteClock | undefined },
  ): Promise<Result> {
    if (this.#damage) throw this.#damage;
    clock?.begins();
    const entries: LogEntry[] = [];
    try {
      this.#writer ??= await this.#open.writer();
      const plain = this.#transactionOn(this.#writer);
      const transaction: WriteTransaction = {
        ...plain,
        log: entry => entries.push(entry),
        lock: () => Promise.resolve(),
        tryLock: () => Promise.resolve(true),
        part: work => doPart(plain, [entries, afterCommit], work),
        afterCommit: run => afterCommit.push(run),
      };
      await plain.query(sql`BEGIN IMMEDIATE`);
      const result = await this.#current.enter(transaction, true, work);
      const log = entries.length > 0 ? await this.#logWriter(plain, entries) : undefined;
      clock?.commits();
      await plain.query(sql`COMMIT`);
      this.#writable = true;
      clock?.ended('committed');
      if (log) for (const hear of this.#onLogged) afterCommit.push(() => hear(log));
      return result;
    } catch (error) {
      afterCommit.length = 0;
      // The message of a refusal may name what a fault of the storage says.
      const failure = isRefusal(error) ? 'refused' : classifyStorageError(error);
      const rolledBack = await this.#rollBack();
      clock?.ended(failure === 'unavailable' ? 'unavailable' : 'rolled_back');
      if (failure === 'unavailable' || !rolledBack) await this.#replaceWriter();
      if (failure !== 'unavailable') throw error;
      this.#writable = false;
      throw unavailable(error);
    }
  }

  /** Whether the writer is certainly outside a transaction now. */
  async #rollBack(): Promise<boolean> {
    try {
      await this.#writer?.query('ROLLBACK');
      return true;
    } catch {
      return false;
    }
  }

  /** Gives up the connection; the next write opens another. */
  async #replaceWriter(): Promise<void> {
    await closeQuietly(this.#writer);
    this.#writer = undefined;
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof RollcallError && error.code !== 'UNAVAILABLE';
}

async function closeQuietly(writer: SqliteWriter | undefined): Promise<void> {
  try {
    await writer?.close();
  } catch {
    // A connection that cannot even be closed holds nothing that was acknowledged.
  }
}
