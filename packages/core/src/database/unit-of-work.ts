import { AsyncLocalStorage } from 'node:async_hooks';
import type { Sql } from 'sql-template-tag';
import type { EntitySchema } from 'typeorm';
import type { Dialect } from './dialect.js';

/** A connection that runs statements. */
export interface Queryable {
  readonly dialect: Dialect;
  /** Runs one statement and returns its rows as the driver gives them; tables decode them. */
  query(statement: Sql): Promise<Record<string, unknown>[]>;
}

/** A consistent view of the data: everything read through it is of one moment. */
export interface Transaction extends Queryable {
  /**
   * The one moment of this transaction, epoch milliseconds by the machine's clock: everything that it writes is dated by
   * it, and whatever runs out is judged by it. A transaction that runs again from the start has a new one.
   */
  readonly now: number;
}

/** A transaction that may change data. */
export interface WriteTransaction extends Transaction {
  /**
   * Adds an entry to the event log. Entries are held back and written as the last statements before the commit, so that
   * positions are gapless and in commit order on every engine, and the counter is locked for as short as can be. Its time
   * is the moment of the transaction.
   */
  log(entry: LogEntry): void;
  /**
   * Waits until no other transaction holds any of these names, and holds them until the end. On an engine with one
   * writer there is never anybody to wait for.
   */
  lock(names: readonly string[]): Promise<void>;
  /** Runs after the commit, and not at all when the transaction rolls back. It must not throw. */
  afterCommit(run: () => void): void;
}

/** What a transaction adds to the event log; the position is given at commit. */
export interface LogEntry {
  type: string;
  actor_type: string;
  actor_id?: string;
  /** The user that the event is about. */
  user_id?: string;
  /** Users whose ids stand in `data` although the event is about none of them alone. */
  mentions?: readonly string[];
  /** The rest of the event, as JSON text. */
  data: string;
}

/**
 * The one way to the data (decision: one unit of work). Nothing else opens a transaction.
 *
 * - `write` runs alone on SQLite and in a real transaction on PostgreSQL, where it may run again from the start after a
 *   serialisation failure: so it must have no effect but through its transaction and `afterCommit`.
 * - `write` within `write` joins it; `read` within either sees what that transaction sees.
 * - A job awaits nothing but its transaction: on SQLite everybody else is waiting.
 * @throws RollcallError `UNAVAILABLE` when the storage cannot do it now; nothing was changed then.
 */
export interface UnitOfWork {
  readonly dialect: Dialect;
  write<Result>(work: (transaction: WriteTransaction) => Promise<Result>): Promise<Result>;
  read<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result>;
  /** Has this called after every commit of this process that added to the event log. It must not throw. */
  onLogged(listener: () => void): void;
  /**
   * Overwrites what deleted rows left behind in the files of an embedded engine. PostgreSQL sees to that by itself, with
   * its vacuum and the recycling of its log.
   * @returns whether nothing can be left: a file that is too large to be written anew while others wait keeps what the
   * engine left in pages that it divided.
   */
  scrub(): Promise<boolean>;
  /** Whether the last write reached the storage; reading may go on when it did not. */
  readonly writable: boolean;
  close(): Promise<void>;
}

/** Writes the entries that a transaction collected; it is the last thing before the commit. */
export type LogWriter = (transaction: Transaction, entries: readonly LogEntry[]) => Promise<void>;

/** What every unit of work is opened with beside its address. */
export interface UnitOfWorkOptions {
  entities: EntitySchema[];
  logWriter: LogWriter;
  /** Gives each transaction its moment; epoch milliseconds. */
  clock: () => number;
}

/**
 * The transaction that the running code is inside of, one store for each unit of work. It makes nested calls join
 * instead of waiting for each other for ever.
 */
export class CurrentTransaction {
  readonly #store = new AsyncLocalStorage<{ transaction: Transaction; writes: boolean; open: boolean }>();

  /** Runs a job inside a transaction. The mark ends with the job, so that code that outlives it is not fooled. */
  async enter<T extends Transaction, Result>(
    transaction: T,
    writes: boolean,
    work: (transaction: T) => Promise<Result>,
  ): Promise<Result> {
    const mark = { transaction, writes, open: true };
    try {
      return await this.#store.run(mark, () => work(transaction));
    } finally {
      mark.open = false;
    }
  }

  get readable(): Transaction | undefined {
    const mark = this.#store.getStore();
    return mark?.open ? mark.transaction : undefined;
  }

  /** @throws Error when a write is attempted inside a read: its snapshot could not see the change. */
  get writable(): WriteTransaction | undefined {
    const mark = this.#store.getStore();
    if (!mark?.open) return undefined;
    if (!mark.writes) throw new Error('a write was begun inside a read');
    return mark.transaction as WriteTransaction;
  }
}
