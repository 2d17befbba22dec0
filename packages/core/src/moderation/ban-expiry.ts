import { setTimeout as sleep } from 'node:timers/promises';
import sql, { raw } from 'sql-template-tag';
import { insertRows } from '../database/table.js';
import type { UnitOfWork, WriteTransaction } from '../database/unit-of-work.js';
import { endBan, removeBans } from '../users/bans.js';
import { KEPT_COLUMNS, type UserRow, userTable } from '../users/model/user-table.js';

/** A ban that runs out reads as ended at once; its event follows after this time at the latest. */
const POLL_MS = 500;

/** Bans that end in one transaction: other writers wait no longer than for these. */
const CHUNK = 100;

/** Sees to it that the end of a ban is told when it has come, by one process of however many there are. */
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

  /** A look is cheaper than a write transaction that finds nothing to do. */
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
 * Ends bans that have run out, the oldest first, each with its event. Users whom somebody else is changing are passed
 * over: whoever writes a user tells such an end itself, so each is told once, on any number of processes.
 * @returns how many ended.
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
