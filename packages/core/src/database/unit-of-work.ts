import { AsyncLocalStorage } from 'node:async_hooks';
import type { Sql } from 'sql-template-tag';
import type { EntitySchema } from 'typeorm';
import type { Dialect } from './dialect.js';
import type { DirectoryInstruments } from './instruments.js';
import type { ReadLane } from './read-lane.js';
import type { StorageState } from './storage-state.js';

/** A statement in the form of both dialects, and its parameters. */
export type Statement = Pick<Sql, 'sql' | 'text' | 'values'>;

/** A connection that runs statements. */
export interface Queryable {
  readonly dialect: Dialect;
  /** Runs one statement. @returns its rows as the driver gives them; tables decode them. */
  query(statement: Statement): Promise<Record<string, unknown>[]>;
}

/** A consistent view of the data: everything that is read through it is of one moment. */
export interface Transaction extends Queryable {
  /**
   * The one moment of this transaction, epoch milliseconds by the machine's clock. It dates everything that the
   * transaction writes, and decides what has expired. A transaction that runs again from the start has a new moment.
   */
  readonly now: number;
  /**
   * A replica serves it: it sees all that was acknowledged when the read was asked for, and may lack what was committed since.
   * Any other transaction has all that was acknowledged when it began.
   */
  readonly atReplica?: true;
}

/** A transaction that may change data. */
export interface WriteTransaction extends Transaction {
  /**
   * Adds an entry to the event log, dated by the moment of the transaction. Entries are held back and written by the last
   * statements before the commit. So positions have no gaps and follow the order of commits on every engine, and the
   * counter is locked as briefly as possible.
   */
  log(entry: LogEntry): void;
  /**
   * Waits until no other transaction holds any of these names, and holds them until the end. An engine with one writer
   * never has to wait.
   */
  lock(names: readonly string[]): Promise<void>;
  /** Holds a name until the end, unless another transaction holds it. @returns whether it does. It never waits. */
  tryLock(name: string): Promise<boolean>;
  /**
   * Does a part that stands or falls by itself: if it throws, all that it wrote, logged and asked for after the commit is taken
   * back, and the transaction may go on. Parts come one after another, or one within another.
   * @throws what the part throws.
   */
  part<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Calls `run` after the commit, and not at all when the transaction rolls back. It must not throw. */
  afterCommit(run: () => void): void;
}

/** What a transaction adds to the event log; the position is given at commit. */
export interface LogEntry {
  type: string;
  actor_type: string;
  actor_id?: string;
  /** The user that the event is about. */
  user_id?: string;
  /** The rest of the event. It must not change any more. */
  data: object;
}

/**
 * The one way to the data (decision: one unit of work). Nothing else opens a transaction.
 *
 * - The work of a `write` runs alone on SQLite. On PostgreSQL it runs in a real transaction, and again from the start
 *   after a serialisation failure. So it may have effects only through its transaction and `afterCommit`.
 * - A `write` within a `write` joins it. A `read` within either sees what that transaction sees.
 * - Work awaits nothing but its transaction: on SQLite all other writers wait for it.
 * @throws RollcallError `UNAVAILABLE` when the storage cannot do it now; then nothing was changed.
 */
export interface UnitOfWork {
  readonly dialect: Dialect;
  /** How many writes are worth running at the same time; more only wait for each other. */
  readonly writesAtOnce: number;
  /** Whether the running code is inside of a transaction, which a further write would join. */
  readonly inTransaction: boolean;
  write<Result>(work: (transaction: WriteTransaction) => Promise<Result>): Promise<Result>;
  /**
   * @param lane how it is served; default `lookup`. A read within another, or within a write, runs in its transaction, and
   * with its time.
   * @throws RollcallError `QUERY_TOO_EXPENSIVE` for a query whose time is over.
   */
  read<Result>(work: (transaction: Transaction) => Promise<Result>, lane?: ReadLane): Promise<Result>;
  /**
   * Runs statements on a connection of its own, each outside of a transaction and without a limit to its time. Nobody waits for
   * it. On an embedded engine it only reads, but for tables of its own (`CREATE TEMP TABLE`).
   * @param signal ends the statement that runs, and refuses further ones.
   */
  aside<Result>(work: (connection: Queryable) => Promise<Result>, signal: AbortSignal): Promise<Result>;
  /** Opens what the first queries would otherwise wait for. It never throws. */
  warmUp(): Promise<void>;
  /** Adds what is called after every commit of this process that added to the event log, before the write has its answer. It must not throw. */
  onLogged(listener: LoggedListener): void;
  /**
   * Overwrites what deleted rows left behind in the files of an embedded engine. PostgreSQL does that by itself: it
   * vacuums, and recycles its log.
   * @returns false when something may be left: a file that is too large to be rewritten while others wait keeps copies
   * of rows in pages that the engine split.
   */
  scrub(): Promise<boolean>;
  /** Whether the last write reached the storage. Reading may go on when it did not. */
  readonly writable: boolean;
  /** What waits and runs now. */
  readonly state: StorageState;
  close(): Promise<void>;
}

/** Runs the part of a call that changes data: whether, and within which transaction, its giver knows. */
export type CarryOut = <Answer>(change: () => Promise<Answer>) => Promise<Answer>;

/** An entry as it was written: with its position, its moment and its text. */
interface WrittenEntry extends Omit<LogEntry, 'data'> {
  seq: number;
  at: number;
  data: string;
}

/** What a commit has added to the log: at least one entry, in their order. */
export interface WrittenLog {
  epoch: string;
  entries: readonly WrittenEntry[];
}

/** Hears of what a commit added to the log. */
export type LoggedListener = (log: WrittenLog) => void;

/** Writes the entries that a transaction collected; it is the last thing before the commit. */
export type LogWriter = (transaction: Transaction, entries: readonly LogEntry[]) => Promise<WrittenLog>;

/** What every unit of work is opened with besides its address. */
export interface UnitOfWorkOptions {
  entities: EntitySchema[];
  logWriter: LogWriter;
  /** Gives each transaction its moment, in epoch milliseconds. */
  clock: () => number;
  instruments?: DirectoryInstruments;
  /** Hears of what reaches no caller; default nobody. It must not throw. */
  onError?: ((error: unknown, context: string) => void) | undefined;
}

/**
 * The transaction that the running code is inside of, one store for each unit of work. With it nested calls join their
 * transaction, instead of waiting for each other for ever.
 */
export class CurrentTransaction {
  readonly #store = new AsyncLocalStorage<{ transaction: Transaction; writes: boolean; open: boolean }>();
  #inside = 0;

  /** Runs work inside a transaction. The mark ends with the work, so code that outlives it does not join by mistake. */
  async enter<T extends Transaction, Result>(
    transaction: T,
    writes: boolean,
    work: (transaction: T) => Promise<Result>,
  ): Promise<Result> {
    const mark = { transaction, writes, open: true };
    this.#inside += 1;
    try {
      return await this.#store.run(mark, () => work(transaction));
    } finally {
      mark.open = false;
      this.#inside -= 1;
      if (this.#inside === 0) this.close();
    }
  }

  get readable(): Transaction | undefined {
    const mark = this.#store.getStore();
    return mark?.open ? mark.transaction : undefined;
  }

  /** @throws Error for a write inside a read: the snapshot of the read would not see the change. */
  get writable(): WriteTransaction | undefined {
    const mark = this.#store.getStore();
    if (!mark?.open) return undefined;
    if (!mark.writes) throw new Error('a write was begun inside a read');
    return mark.transaction as WriteTransaction;
  }

  /**
   * Nothing joins a transaction until the next one is entered. Without this, each unit of work that there has been would
   * slow the process down: Node 20 looks at every store at every promise, and keeps a note with it, also of stores that
   * nobody uses.
   */
  close(): void {
    this.#store.disable();
  }
}
