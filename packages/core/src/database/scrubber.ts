import { setTimeout as sleep } from 'node:timers/promises';
import type { SqliteWriter } from './sqlite-sources.js';
import type { UnitOfWork } from './unit-of-work.js';

/** Erasures that follow each other within this time are scrubbed together. */
const QUIET_MS = 2000;

/** Scrubs the storage some moments after the last erasure. */
export class Scrubber {
  readonly #unitOfWork: UnitOfWork;
  readonly #onError: (error: unknown, context: string) => void;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(unitOfWork: UnitOfWork, onError: (error: unknown, context: string) => void) {
    this.#unitOfWork = unitOfWork;
    this.#onError = onError;
  }

  /** Says that something was erased: the storage is scrubbed soon. */
  schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#run(), QUIET_MS);
  }

  /** Scrubs at once what still has to be scrubbed, and resolves when that is done. */
  async close(): Promise<void> {
    if (this.#timer) this.#run();
    await this.#running;
  }

  #run(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#running = this.#running.then(() => this.#scrub());
  }

  async #scrub(): Promise<void> {
    try {
      if (await this.#unitOfWork.scrub()) return;
      const what = 'the database file is too large to be rewritten while it is in use';
      this.#onError(
        new Error(`${what}; run VACUUM on it while the server is stopped`),
        'overwriting what was deleted',
      );
    } catch (error) {
      this.#onError(error, 'overwriting what was deleted');
    }
  }
}

/**
 * With `secure_delete`, SQLite overwrites deleted rows and pages that it frees. But when it splits a page, copies of rows
 * stay in the gap of the old page, and only chance overwrites them. Rewriting the file (VACUUM) removes them. Meanwhile
 * nobody can write, and with the synchronous driver the whole process stands still. So a file with more data than this
 * is left as it is.
 */
export const MAX_REWRITE_BYTES = {
  sqlite3: 256 * 1024 * 1024,
  'better-sqlite3': 32 * 1024 * 1024,
} as const;

/** Rewrites a file that holds at most `maxBytes` of data. @returns whether it did. */
export async function rewriteSmall(writer: SqliteWriter, maxBytes: number): Promise<boolean> {
  const [used, free, page] = await Promise.all(
    ['page_count', 'freelist_count', 'page_size'].map(name => pragma(writer, name)),
  );
  if ((Number(used) - Number(free)) * Number(page) > maxBytes) return false;
  await writer.query('VACUUM');
  return true;
}

const CHECKPOINT_ATTEMPTS = 30;

/** The longest pause between two attempts. All of them together take longer than any query runs by default. */
const MAX_CHECKPOINT_PAUSE_MS = 1000;

/**
 * Empties the write-ahead log in front of a file. It cannot be emptied while somebody reads an older state. Then the next
 * attempt comes after a pause, in a turn of its own: the writer waits for no reader, since all who write wait for it.
 * @param attempt tries once, in the writer's turn, and says whether it is empty.
 * @returns whether it is empty.
 */
export async function emptyWriteAheadLog(attempt: () => Promise<boolean>): Promise<boolean> {
  for (let count = 0; count < CHECKPOINT_ATTEMPTS; count++) {
    if (await attempt()) return true;
    await sleep(Math.min(MAX_CHECKPOINT_PAUSE_MS, 20 * 2 ** count));
  }
  return false;
}

/** Empties the write-ahead log now if nobody reads an older state. @returns whether it is empty. */
export async function checkpoint(writer: SqliteWriter | undefined): Promise<boolean> {
  const [before] = (await writer?.query('PRAGMA busy_timeout')) ?? [];
  await writer?.query('PRAGMA busy_timeout = 0');
  try {
    const rows = await writer?.query('PRAGMA wal_checkpoint(TRUNCATE)');
    return !rows?.[0]?.busy;
  } finally {
    await writer?.query(`PRAGMA busy_timeout = ${Number(before?.timeout ?? 0)}`);
  }
}

async function pragma(writer: SqliteWriter, name: string): Promise<number> {
  const [row] = await writer.query(`PRAGMA ${name}`);
  return Number(Object.values(row ?? {})[0] ?? 0);
}
