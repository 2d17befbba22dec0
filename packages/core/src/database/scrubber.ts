import type { DataSource } from 'typeorm';
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
export async function rewriteSmall(writer: DataSource, maxBytes: number): Promise<boolean> {
  const [used, free, page] = await Promise.all(
    ['page_count', 'freelist_count', 'page_size'].map(name => pragma(writer, name)),
  );
  if ((Number(used) - Number(free)) * Number(page) > maxBytes) return false;
  await writer.query('VACUUM');
  return true;
}

const CHECKPOINT_ATTEMPTS = 5;

/**
 * Empties the write-ahead log in front of a file. It cannot be emptied while somebody reads an older state; the next
 * attempt comes when it is the writer's turn again.
 * @param run runs a statement on the writer, in its turn.
 * @returns whether it is empty.
 */
export async function emptyWriteAheadLog(run: (statement: string) => Promise<unknown>): Promise<boolean> {
  for (let attempt = 0; attempt < CHECKPOINT_ATTEMPTS; attempt++) {
    const rows = (await run('PRAGMA wal_checkpoint(TRUNCATE)')) as { busy: number }[] | undefined;
    if (!rows?.[0]?.busy) return true;
  }
  return false;
}

async function pragma(source: DataSource, name: string): Promise<number> {
  const [row] = (await source.query(`PRAGMA ${name}`)) as Record<string, number>[];
  return Object.values(row ?? {})[0] ?? 0;
}
