import { RollcallError } from '@rollcall/protocol';
import { type DataSource, type QueryRunner, QueryRunnerAlreadyReleasedError } from 'typeorm';
import { dialectOf } from './dialect.js';
import type { DirectoryMeter } from './instruments.js';
import { type Client, LateTransaction } from './late-transaction.js';
import { ANSWER_GRACE_MS, discardConnection, poolStateOf } from './postgres-sources.js';
import { callerGone, onGone, QueryDeadline, tooExpensive } from './query-deadline.js';
import {
  MAX_QUERY_WAIT_MS,
  MAX_REPLICA_WAIT_MS,
  MAX_WAITING_QUERIES,
  type QueryEnds,
  type ReadLane,
} from './read-lane.js';
import { ReaderPool } from './reader-pool.js';
import { classifyStorageError, inDoubt, isCancelled } from './storage-error.js';
import type { StorageState } from './storage-state.js';
import type { CurrentTransaction, Statement, Transaction } from './unit-of-work.js';

/** How long the answer to a short statement is waited for, on which others wait. */
const SHORT_ANSWER_MS = 2000;

const BEGIN_READ = 'START TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY';

/** Who times what waits for a connection. */
export interface ConnectionWait {
  /** There is one, or there will be none. */
  over(): void;
  commits?(): void;
}

/** What the connections of a unit of work have in common, whichever server they are to. */
export interface ConnectionsOptions {
  poolSize: number;
  current: CurrentTransaction;
  clock: () => number;
  /** They are to a replica. */
  atReplica?: true;
  meter?: DirectoryMeter | undefined;
}

/** Looks whether a read may begin. What either throws speaks against it, and then it does not begin. */
export interface LookFirst {
  /** Its turn has come, and it has no connection yet. */
  atTurn(): void;
  /** It has a connection. */
  at(connection: QueryRunner): Promise<void>;
}

/**
 * The pool of connections to one PostgreSQL server, and the transactions on them. Queries hold half of the pool at a time, so
 * that lookups and writes never wait for them.
 */
export class PostgresConnections {
  readonly #dialect = dialectOf('postgres');
  readonly #source: DataSource;
  readonly #options: ConnectionsOptions;
  readonly #queries: ReaderPool<object>;

  constructor(source: DataSource, options: ConnectionsOptions) {
    this.#source = source;
    this.#options = options;
    const places = Array.from({ length: Math.max(1, Math.floor(options.poolSize / 2)) }, () => ({}));
    // At a replica, the primary is asked next.
    const maxWaitMs = options.atReplica ? MAX_REPLICA_WAIT_MS : MAX_QUERY_WAIT_MS;
    this.#queries = new ReaderPool(places, { maxWaiting: MAX_WAITING_QUERIES, maxWaitMs });
  }

  get state(): Pick<StorageState, 'lanes' | 'pool'> {
    return { lanes: { query: this.#queries.state }, pool: poolStateOf(this.#source) };
  }

  /** Runs a read. @throws what fails, as the driver says it. */
  read<Result>(
    work: (transaction: Transaction) => Promise<Result>,
    lane: ReadLane,
    lookFirst?: LookFirst,
  ): Promise<Result> {
    const { meter, current } = this.#options;
    const askedAt = meter ? performance.now() : 0;
    const wait = meter && { over: () => meter.reads(lane.lane, performance.now() - askedAt) };
    if (lane.lane === 'query') {
      return this.#queries.run(async () => {
        lookFirst?.atTurn();
        return this.#query(work, lane, { lookFirst, wait });
      });
    }
    const run = async (late: LateTransaction) => {
      await lookFirst?.at(late.connection);
      return current.enter(this.transactionOn(late), false, work);
    };
    return this.inTransaction(BEGIN_READ, run, wait);
  }

  /**
   * One short statement outside of a transaction, on a connection that is given up when no answer comes.
   * @returns its rows.
   */
  async ask(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    const connection = this.#source.createQueryRunner();
    try {
      const client = (await connection.connect()) as Client;
      return (await client.query({ text, values, query_timeout: SHORT_ANSWER_MS })).rows;
    } catch (error) {
      if (isLost(error)) await discardConnection(connection, error);
      throw error;
    } finally {
      await connection.release();
    }
  }

  transactionOn(late: LateTransaction): Transaction {
    const { clock, atReplica } = this.#options;
    return {
      dialect: this.#dialect,
      now: clock(),
      ...(atReplica && { atReplica }),
      query: statement => late.query(statement),
    };
  }

  /**
   * Runs something inside a transaction. Afterwards the connection goes back to the pool, however the transaction ended.
   * Only a connection that was lost is given up: its next user would wait where this one did.
   */
  async inTransaction<Result>(
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
      else if (late.hasBegun)
        await connection.query('ROLLBACK').catch(failure => discardConnection(connection, failure));
      throw error;
    } finally {
      await connection.release();
    }
  }

  async close(): Promise<void> {
    await this.#queries.close();
    await this.#source.destroy();
  }

  /** PostgreSQL ends the statement that runs when the time is over, or the caller has gone; the connection stays good. */
  #query<Result>(
    work: (transaction: Transaction) => Promise<Result>,
    { limitMs, signal }: QueryEnds,
    { lookFirst, wait }: { lookFirst: LookFirst | undefined; wait: ConnectionWait | undefined },
  ): Promise<Result> {
    let allowedMs = limitMs;
    if (signal?.aborted) return Promise.reject(callerGone());
    const run = async (late: LateTransaction) => {
      const { connection } = late;
      await lookFirst?.at(connection);
      await late.begin();
      const deadline = new QueryDeadline(limitMs, () => undefined);
      const plain = this.transactionOn(late);
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
        return await this.#options.current.enter({ ...plain, query }, false, work);
      } finally {
        stopListening();
        deadline.stop();
        // It must not come after the connection has gone on to somebody else.
        await cancelling;
      }
    };
    return this.inTransaction(`${BEGIN_READ}; ${allowStatements(allowedMs)}`, run, wait);
  }

  /** Tells PostgreSQL to end the statement that runs on a connection. Where it cannot be told, the time of the query ends it. */
  async #cancel(connection: QueryRunner): Promise<void> {
    try {
      const { processID } = (await connection.connect()) as Client;
      await this.ask('SELECT pg_cancel_backend($1)', [processID]);
    } catch {
      // Then it runs to its end, as if the caller were there.
    }
  }
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

/** Whether an error says that the connection, or the server, is gone. */
export function isLost(error: unknown): boolean {
  return classifyStorageError(error instanceof RollcallError ? error.cause : error) === 'unavailable';
}
