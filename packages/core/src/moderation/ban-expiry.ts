import { setTimeout as sleep } from 'node:timers/promises';
import sql, { raw } from 'sql-template-tag';
import { insertRows } from '../database/table.js';
import type { UnitOfWork, WriteTransaction } from '../database/unit-of-work.js';
import { endBan, removeBans } from '../users/bans.js';
import { KEPT_COLUMNS, type UserRow, userTable } from '../users/model/user-table.js';

/** A ban that runs out reads as ended at once. Its event follows after at most this time. */
const POLL_MS = 500;

/** The most bans that end in one transaction. Other writers wait no longer than for these. */
const CHUNK = 100;

/** Logs the end of each ban when its time has come. On any number of processes, one of them logs it. */
export class BanExpiry {
  readonly #unitOfWork: UnitOfWork;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;

  constructor(unitOfWork: UnitOfWork, onError: (error: unknown, context: string) => void) {
    this.#unitOfWork = unitOfWork;
    this.#running = this.#run(onError);
  }

  /** Resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(onError: (error: unknown, context: string) => void): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        while (!signal.aborted && (await this.#isDue()) && (await this.#endSome()) === CHUNK);
      } catch (error) {
        onError(error, 'ending bans that have run out');
      }
      await sleep(POLL_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** A read is cheaper than a write transaction that finds nothing to do. */
  async #isDue(): Promise<boolean> {
    const rows = await this.#unitOfWork.read(transaction =>
      transaction.query(sql`SELECT 1 FROM users WHERE ban_expires <= ${transaction.now} LIMIT 1`),
    );
    return rows.length > 0;
  }

  #endSome(): Promise<number> {
    return this.#unitOfWork.write(transaction => endRunOutBans(transaction, { limit: CHUNK }));
  }
}

/**
 * Ends bans that have run out, the oldest first, and logs an event for each. It skips users that another transaction is
 * changing: every write of a user logs such an end itself. So each end is logged once, on any number of processes.
 * @returns how many bans ended.
 */
export async function endRunOutBans(
  transaction: WriteTransaction,
  { limit }: { limit: number },
): Promise<number> {
  const { dialect } = transaction;
  const cells = await transaction.query(
    sql`SELECT ${raw(userTable.columnList)} FROM users WHERE ban_expires <= ${transaction.now}
      ORDER BY ban_expires, id LIMIT ${limit}${dialect.skipLocked}`,
  );
  const ended = cells.map((cell): UserRow => endBan(transaction, userTable.decode(cell, dialect)));
  await insertRows(transaction, userTable, ended, { key: 'id', keep: KEPT_COLUMNS });
  await removeBans(
    transaction,
    ended.map(({ id }) => id),
  );
  return ended.length;
}
