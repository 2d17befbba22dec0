import { setTimeout as sleep } from 'node:timers/promises';
import { RollcallError } from '@rollcall/protocol';
import sql from 'sql-template-tag';
import { asideOnPostgres } from './aside.js';
import type { PostgresAddress } from './database-address.js';
import { dialectOf } from './dialect.js';
import { doPart } from './do-part.js';
import type { DirectoryInstruments } from './instruments.js';
import type { LateTransaction } from './late-transaction.js';
import { type ConnectionWait, isLost, PostgresConnections } from './postgres-connections.js';
import { openPostgres, openPostgresReplica, replicaAnswers } from './postgres-sources.js';
import { reasonOfEnd } from './query-deadline.js';
import { maySeekReplica, type ReadLane } from './read-lane.js';
import { Replicas } from './replicas.js';
import { classifyStorageError, unavailable } from './storage-error.js';
import type { StorageState } from './storage-state.js';
import { passTimelineGate } from './timeline-gate.js';
import {
  CurrentTransaction,
  type LogEntry,
  type LoggedListener,
  type LogWriter,
  type Queryable,
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

/** Where the transactions of a unit of work run. */
interface Servers {
  primary: PostgresConnections;
  replicas: Replicas | undefined;
  current: CurrentTransaction;
}

/**
 * The unit of work on PostgreSQL: a real transaction on a connection of its own. A write that collided with another
 * (serialisation failure, deadlock, two inserts of one key) runs again from the start. The pause before that grows and is
 * random, so that the two do not collide again.
 */
export class PostgresUnitOfWork implements UnitOfWork {
  readonly dialect = dialectOf('postgres');
  readonly writesAtOnce = WRITES_AT_ONCE;
  readonly #url: string;
  readonly #primary: PostgresConnections;
  readonly #replicas: Replicas | undefined;
  readonly #logWriter: LogWriter;
  readonly #instruments: DirectoryInstruments;
  readonly #current: CurrentTransaction;
  #writable = true;
  #waitingWrites = 0;
  readonly #onLogged: LoggedListener[] = [];

  private constructor(
    url: string,
    { primary, replicas, current }: Servers,
    { logWriter, instruments = {} }: UnitOfWorkOptions,
  ) {
    this.#url = url;
    this.#primary = primary;
    this.#replicas = replicas;
    this.#current = current;
    this.#logWriter = logWriter;
    this.#instruments = instruments;
  }

  /** The database must be migrated. Replicas that cannot be reached yet are tried again later. */
  static async open(
    { url, poolSize = DEFAULT_POOL_SIZE, readUrls = [] }: Omit<PostgresAddress, 'engine'>,
    options: UnitOfWorkOptions,
  ): Promise<PostgresUnitOfWork> {
    const current = new CurrentTransaction();
    const { clock, entities, instruments = {} } = options;
    const shared = { poolSize, current, clock, meter: instruments.meter };
    const limits = { poolSize, statementTimeoutMs: STATEMENT_TIMEOUT_MS };
    const source = await openPostgres(url, { ...limits, admit: passTimelineGate }, entities);
    const primary = new PostgresConnections(source, shared);
    const openReplica = async (readUrl: string) =>
      new PostgresConnections(await openPostgresReplica(readUrl, limits), { ...shared, atReplica: true });
    const replicas =
      readUrls.length > 0
        ? new Replicas(readUrls, {
            primary,
            openReplica,
            answers: replicaAnswers,
            onError: options.onError,
            meter: shared.meter,
          })
        : undefined;
    return new PostgresUnitOfWork(url, { primary, replicas, current }, options);
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
      ...this.#primary.state,
      ...(this.#replicas && { replicas: this.#replicas.state }),
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
        const result = await this.#primary.inTransaction(
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
    try {
      const replicas = maySeekReplica(lane) ? this.#replicas : undefined;
      const read = await replicas?.read(work, lane);
      if (read && 'result' in read) return read.result;
      return await this.#primary.read(work, shorter(lane, read?.ranMs));
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

  /** The pool of the primary opens connections in a few milliseconds each. Replicas are reached for the first time. */
  async warmUp(): Promise<void> {
    await this.#replicas?.open();
  }

  async scrub(): Promise<boolean> {
    return true;
  }

  async close(): Promise<void> {
    await this.#replicas?.close();
    await this.#primary.close();
    this.#current.close();
  }

  async #runWrite<Result>(
    late: LateTransaction,
    work: (transaction: WriteTransaction) => Promise<Result>,
    afterCommit: (() => void)[],
  ): Promise<Result> {
    const entries: LogEntry[] = [];
    const plain = this.#primary.transactionOn(late);
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
}

/** What is left of the time of a query that has run elsewhere before. */
function shorter(lane: ReadLane, ranMs = 0): ReadLane {
  return lane.lane === 'query' ? { ...lane, limitMs: Math.max(1, Math.round(lane.limitMs - ranMs)) } : lane;
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
