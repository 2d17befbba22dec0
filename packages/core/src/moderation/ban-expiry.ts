import { setTimeout as sleep } from 'node:timers/promises';
import sql from 'sql-template-tag';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { endRunOutBans } from './end-run-out-bans.js';

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
