import { setTimeout as sleep } from 'node:timers/promises';
import { RollcallError } from '@rollcall/protocol';
import sql from 'sql-template-tag';
import { type DataSource, type QueryRunner, QueryRunnerAlreadyReleasedError } from 'typeorm';
import { asideOnPostgres } from './aside.js';
import { ANSWER_GRACE_MS, discardConnection, openPostgres, poolStateOf } from './data-sources.js';
import { dialectOf } from './dialect.js';
import { doPart } from './do-part.js';
import type { DirectoryInstruments } from './instruments.js';
import { type Client, LateTransaction } from './late-transaction.js';
import { callerGone, onGone, QueryDeadline, reasonOfEnd, tooExpensive } from './query-deadline.js';
import { MAX_QUERY_WAIT_MS, MAX_WAITING_QUERIES, type QueryEnds, type ReadLane } from './read-lane.js';
import { ReaderPool } from './reader-pool.js';
import { classifyStorageError, inDoubt, isCancelled, unavailable } from './storage-error.js';
import type { StorageState } from './storage-state.js';
import { passTimelineGate } from './timeline-gate.js';
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

const DEFAULT_POOL_SIZE = 10;
const STATEMENT_TIMEOUT_MS = 20_000;
const ATTEMPTS = 5;

/** While one commits, the next is worked out. All of them queue for the counter of the log. */
const WRITES_AT_ONCE = 2;

const BEGIN_WRITE = 'START TRANSACTION ISOLATION LEVEL READ COMMITTED';
const BEGIN_READ = 'START TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY';

/**
 * The unit of work on PostgreSQL: a real transaction on a connection of its own. A write that collided with another
 * (serialisation failure, deadlock, two inserts of one key) runs again from the start. The pause before that grows and is
 * random, so that the two do not collide again.
 */
export class PostgresUnitOfWork implements UnitOfWork {
  readonly dialect = dialectOf('postgres');
  readonly writesAtOnce = WRITES_AT_ONCE;
  readonly #url: string;
  readonly #source: DataSource;
  readonly #logWriter: LogWriter;
  readonly #clock: () => number;
  readonly #instruments: DirectoryInstruments;
  readonly #current = new CurrentTransaction();
  /** The connections that queries may hold at a time: half of the pool. The other half is for lookups and writes. */
  readonly #queries: ReaderPool<object>;
  #writable = true;
  #waitingWrites = 0;
  readonly #onLogged: LoggedListener[] = [];

  private constructor(
    source: DataSource,
    { url, poolSize }: { url: string; poolSize: number },
    { logWriter, clock, instruments = {} }: UnitOfWorkOptions,
  ) {
    this.#url = url;
    this.#source = source;
    const places = Array.from({ length: Math.max(1, Math.floor(poolSize / 2)) }, () => ({}));
    this.#queries = new ReaderPool(places, { maxWaiting: MAX_WAITING_QUERIES, maxWaitMs: MAX_QUERY_WAIT_MS });
    this.#logWriter = logWriter;
    this.#clock = clock;
    this.#instruments = instruments;
  }

  /** The database must be migrated. */
  static async open(
    { url, poolSize = DEFAULT_POOL_SIZE }: { url: string; poolSize?: number },
    options: UnitOfWorkOptions,
  ): Promise<PostgresUnitOfWork> {
    const limits = { poolSize, statementTimeoutMs: STATEMENT_TIMEOUT_MS, admit: passTimelineGate };
    return new PostgresUnitOfWork(
      await openPostgres(url, limits, options.entities),
      { url, poolSize },
      options,
    );
  }

  get inTransaction(): boolean {
    return this.#current.readable !== undefined;
  }

  get writable(): boolean {
    return this.#writable;
  }

  get state(): StorageState {
    return {
      waitingWrites: this.#waitingWrites,
      lanes: { query: this.#queries.state },
      pool: poolStateOf(this.#source),
    };
  }

  onLogged(listener: LoggedListener): void {
    this.#onLogged.push(listener);
  }

  async write<Result>(work: (transaction: WriteTransaction) => Promise<Result>): Promise<Result> {
    const joined = this.#current.writable;
    if (joined) return work(joined);
    const { trace } = this.#instruments;
    return trace ? trace({ span: 'write' }, () => this.#tryWrite(work)) : this.#tryWrite(work);
  }

  async #tryWrite<Result>(work: (transaction: WriteTransaction) => Promise<Result>): Promise<Result> {
    const { meter } = this.#instruments;
    for (let attempt = 1; ; attempt++) {
      const afterCommit: (() => void)[] = [];
      const clock = meter && new WriteClock(meter);
      if (attempt > 1) meter?.writesAgain();
      try {
        const result = await this.#withConnection(
          BEGIN_WRITE,
          late => this.#runWrite(late, work, afterCommit),
          this.#waitOfWrite(clock),
        );
        this.#writable = true;
        clock?.ended('committed');
        for (const run of afterCommit) run();
        return result;
      } catch (error) {
        const refused = error instanceof RollcallError ? error.code : undefined;
        const failure = refused ? 'refused' : classifyStorageError(error);
        // The answer to a commit may have been lost.
        const isAway = failure === 'unavailable' || refused === 'UNAVAILABLE';
        clock?.ended(isAway ? 'unavailable' : 'rolled_back');
        if (failure === 'refused') throw error;
        if (failure === 'unavailable') {
          this.#writable = false;
          throw unavailable(error);
        }
        if (failure === 'fault') throw error;
        if (attempt === ATTEMPTS) throw unavailable(error);
        await sleep(Math.random() * 5 * 2 ** attempt);
      }
    }
  }

  async read<Result>(
    work: (transaction: Transaction) => Promise<Result>,
    lane: ReadLane = { lane: 'lookup' },
  ): Promise<Result> {
    const joined = this.#current.readable;
    if (joined) return work(joined);
    const { meter } = this.#instruments;
    const askedAt = meter ? performance.now() : 0;
    const wait = meter && { over: () => meter.reads(lane.lane, performance.now() - askedAt) };
    try {
      if (lane.lane === 'query') return await this.#queries.run(() => this.#runQuery(work, lane, wait));
      return await this.#withConnection(
        BEGIN_READ,
        late => this.#current.enter(this.#transactionOn(late), false, work),
        wait,
      );
    } catch (error) {
      const reason = meter && lane.lane === 'query' ? reasonOfEnd(error) : undefined;
      if (reason) meter?.stoppedQuery(reason);
      if (isLost(error)) throw unavailable(error);
      throw error;
    }
  }

  aside<Result>(work: (connection: Queryable) => Promise<Result>, signal: AbortSignal): Promise<Result> {
    return asideOnPostgres(this.#url, work, signal);
  }

  /** The pool opens connections in a few milliseconds each. */
  async warmUp(): Promise<void> {}

  async scrub(): Promise<boolean> {
    return true;
  }

  async close(): Promise<void> {
    await this.#queries.close();
    await this.#source.destroy();
    this.#current.close();
  }

  /** PostgreSQL ends the statement that runs when the time is over, or the caller has gone; the connection stays good. */
  #runQuery<Result>(
    work: (transaction: Transaction) => Promise<Result>,
    { limitMs, signal }: QueryEnds,
    wait: ConnectionWait | undefined,
  ): Promise<Result> {
    let allowedMs = limitMs;
    if (signal?.aborted) return Promise.reject(callerGone());
    const run = async (late: LateTransaction) => {
      await late.begin();
      const { connection } = late;
      const deadline = new QueryDeadline(limitMs, () => undefined);
      const plain = this.#transactionOn(late);
      let cancelling: Promise<unknown> | undefined;
      const stopListening = onGone(signal, () => {
        deadline.end(callerGone());
        cancelling = this.#cancel(connection);
      });
      const query = async ({ text, values }: Statement) => {
        deadline.check();
        // The limit holds for the query, and PostgreSQL's for each statement: it is lowered as time is used up.
        const leftMs = Math.ceil(deadline.leftMs);
        if (leftMs < allowedMs * 0.9) {
          allowedMs = leftMs;
          await connection.query(allowStatements(allowedMs));
        }
        try {
          const client = (await connection.connect()) as Client;
          // The answer is waited for as long as the statement may take, which may be longer than others may.
          return (await client.query({ text, values, query_timeout: allowedMs + ANSWER_GRACE_MS })).rows;
        } catch (error) {
          if (isCancelled(error)) deadline.check();
          throw isCancelled(error) && deadline.usedMs >= limitMs * 0.9 ? tooExpensive(limitMs) : error;
        }
      };
      try {
        return await this.#current.enter({ ...plain, query }, false, work);
      } finally {
        stopListening();
        deadline.stop();
        // It must not come after the connection has gone on to somebody else.
        await cancelling;
      }
    };
    return this.#withConnection(`${BEGIN_READ}; ${allowStatements(allowedMs)}`, run, wait);
  }

  /** Tells PostgreSQL to end the statement that runs on a connection. Where it cannot be told, the time of the query ends it. */
  async #cancel(connection: QueryRunner): Promise<void> {
    try {
      const { processID } = (await connection.connect()) as Client;
      await this.#source.query('SELECT pg_cancel_backend($1)', [processID]);
    } catch {
      // Then it runs to its end, as if the caller were there.
    }
  }

  #transactionOn(late: LateTransaction): Transaction {
    return {
      dialect: this.dialect,
      now: this.#clock(),
      query: statement => late.query(statement),
    };
  }

  async #runWrite<Result>(
    late: LateTransaction,
    work: (transaction: WriteTransaction) => Promise<Result>,
    afterCommit: (() => void)[],
  ): Promise<Result> {
    const entries: LogEntry[] = [];
    const plain = this.#transactionOn(late);
    const transaction: WriteTransaction = {
      ...plain,
      log: entry => entries.push(entry),
      lock: names => lockNames(plain, names),
      tryLock: name => tryLockName(plain, name),
      part: work => doPart(plain, [entries, afterCommit], work),
      afterCommit: run => afterCommit.push(run),
    };
    const result = await this.#current.enter(transaction, true, work);
    if (entries.length > 0) {
      const log = await this.#logWriter(plain, entries);
      for (const hear of this.#onLogged) afterCommit.push(() => hear(log));
    }
    return result;
  }

  /** A write that waits for a connection. */
  #waitOfWrite(clock: WriteClock | undefined): ConnectionWait {
    this.#waitingWrites += 1;
    return {
      over: () => {
        this.#waitingWrites -= 1;
        clock?.begins();
      },
      commits: () => clock?.commits(),
    };
  }

  /**
   * Runs something inside a transaction. Afterwards the connection goes back to the pool, however the transaction ended.
   * Only a connection that was lost is given up: its next user would wait where this one did.
   */
  async #withConnection<Result>(
    begin: string,
    run: (late: LateTransaction) => Promise<Result>,
    wait?: ConnectionWait,
  ): Promise<Result> {
    const connection = this.#source.createQueryRunner();
    const late = new LateTransaction(connection, begin);
    try {
      // The work begins when there is a connection: until then, others may still join what it reads for many.
      try {
        await connection.connect();
      } finally {
        wait?.over();
      }
      const result = await run(late);
      wait?.commits?.();
      if (late.hasBegun) await commit(connection);
      return result;
    } catch (error) {
      if (isLost(error)) await discardConnection(connection, error);
      else await connection.query('ROLLBACK').catch(failure => discardConnection(connection, failure));
      throw error;
    } finally {
      await connection.release();
    }
  }
}

/** Who times what waits for a connection. */
interface ConnectionWait {
  /** There is one, or there will be none. */
  over(): void;
  commits?(): void;
}

/** How long each further statement of the transaction may take. */
function allowStatements(limitMs: number): string {
  return `SET LOCAL statement_timeout = ${limitMs}`;
}

/** @throws RollcallError `UNAVAILABLE` when the answer was lost, so that the commit may or may not have happened. */
async function commit(connection: QueryRunner): Promise<void> {
  // A connection that was lost before the commit was sent has committed nothing.
  const inTime = !connection.isReleased;
  try {
    if (!inTime) throw new QueryRunnerAlreadyReleasedError();
    const client = (await connection.connect()) as Client;
    const { command } = await client.query('COMMIT');
    // After a failed statement PostgreSQL rolls back instead, and does not report an error.
    if (command !== 'COMMIT') throw new Error(`a statement had failed: the commit became a ${command}`);
  } catch (error) {
    throw inTime && isLost(error) ? inDoubt(error) : error;
  }
}

function isLost(error: unknown): boolean {
  return classifyStorageError(error instanceof RollcallError ? error.cause : error) === 'unavailable';
}

/** Always locks in the same order, so that two transactions that want the same names cannot wait for each other. */
async function lockNames(transaction: Transaction, names: readonly string[]): Promise<void> {
  for (const name of [...names].sort()) {
    await transaction.query(sql`SELECT pg_advisory_xact_lock(hashtextextended(${name}, 0))`);
  }
}

async function tryLockName(transaction: Transaction, name: string): Promise<boolean> {
  const [row] = await transaction.query(
    sql`SELECT pg_try_advisory_xact_lock(hashtextextended(${name}, 0)) AS mine`,
  );
  return row?.mine === true;
}
