import type { DataSource } from 'typeorm';
import type { UnitOfWork } from './unit-of-work.js';

/** Deletions that follow each other closer than this are scrubbed together. */
const QUIET_MS = 2000;

/** Has the storage scrubbed some moments after the last deletion for good. */
export class Scrubber {
  readonly #unitOfWork: UnitOfWork;
  readonly #onError: (error: unknown, context: string) => void;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(unitOfWork: UnitOfWork, onError: (error: unknown, context: string) => void) {
    this.#unitOfWork = unitOfWork;
    this.#onError = onError;
  }

  /** Says that something was deleted for good. */
  schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#run(), QUIET_MS);
  }

  /** Does what is still to be done. */
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
      const what = 'the database file is too large to be written anew while it is in use';
      this.#onError(
        new Error(`${what}: run VACUUM on it when the server is stopped`),
        'overwriting what was deleted',
      );
    } catch (error) {
      this.#onError(error, 'overwriting what was deleted');
    }
  }
}

/**
 * With `secure_delete` SQLite overwrites a deleted row and a page that is given back. When it divides a page, though,
 * copies of rows stay in the gap of the old one, and nobody ever overwrites those but by chance. Writing the file anew
 * (VACUUM) takes them away; meanwhile nobody can write, and with the synchronous driver nobody can do anything, so files
 * with more data than this are left as they are.
 */
export const MAX_REWRITE_BYTES = {
  sqlite3: 256 * 1024 * 1024,
  'better-sqlite3': 32 * 1024 * 1024,
} as const;

/** Writes a file anew that does not hold too much. @returns whether it did. */
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
