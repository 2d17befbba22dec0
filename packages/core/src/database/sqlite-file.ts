import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { RollcallError } from '@rollcall/protocol';
import type { DataSource } from 'typeorm';
import { openSqlite } from './data-sources.js';
import type { DatabaseAddress } from './database-address.js';
import { keepForOwner } from './owner-only.js';

type FileAddress = Extract<DatabaseAddress, { file: string }>;

/**
 * Lets one process at a time use an embedded database. The lock is an exclusive transaction on a small file of its own
 * beside the database, held for as long as the process lives. The operating system releases it however the process
 * ends, so there are no stale locks to clear away.
 */
export class FileLock {
  readonly #source: DataSource;

  private constructor(source: DataSource) {
    this.#source = source;
  }

  /**
   * @param open opens the lock file with the driver that the database itself uses.
   * @throws RollcallError `UNAVAILABLE` when another process holds it.
   */
  static async acquire(file: string, open: (lockFile: string) => Promise<DataSource>): Promise<FileLock> {
    const source = await open(`${file}-lock`);
    try {
      await source.query('PRAGMA busy_timeout = 2000');
      await source.query('BEGIN EXCLUSIVE');
      return new FileLock(source);
    } catch (error) {
      await source.destroy();
      const busy = /SQLITE_(BUSY|LOCKED)|database is locked/.test(String(error));
      if (!busy) throw error;
      throw new RollcallError(
        'UNAVAILABLE',
        `another process uses the database ${file}; an embedded database belongs to one process at a time`,
        { cause: error, unrecoverable: true },
      );
    }
  }

  async release(): Promise<void> {
    await this.#source.destroy();
  }
}

/**
 * Takes an embedded database for this process, makes its folder, and sees to it that only its owner can read it.
 * @throws as {@link FileLock.acquire}.
 */
export async function lockFile(address: FileAddress): Promise<FileLock> {
  mkdirSync(dirname(address.file), { recursive: true });
  keepForOwner(`${address.file}-lock`);
  const lock = await FileLock.acquire(address.file, file => openSqlite({ ...address, file }, 'lock', []));
  keepForOwner(address.file);
  return lock;
}

/** Runs something on a file, after a check that the file can be trusted. @throws RollcallError `UNAVAILABLE` if it cannot. */
export async function prepareSqlite<Result>(
  address: FileAddress,
  run: (source: DataSource) => Promise<Result>,
): Promise<Result> {
  // A write-ahead log that was left behind means that the last process ended without closing the file.
  const uncleanEnd = existsSync(`${address.file}-wal`) && statSync(`${address.file}-wal`).size > 0;
  const source = await openSqlite(address, 'writer', []);
  try {
    const [mode] = (await source.query('PRAGMA journal_mode')) as { journal_mode: string }[];
    if (mode?.journal_mode !== 'wal') {
      throw new RollcallError(
        'UNAVAILABLE',
        `the file system of ${address.file} does not support write-ahead logging; use a local disk`,
        { unrecoverable: true },
      );
    }
    if (uncleanEnd) await checkIntegrity(source, address.file);
    return await run(source);
  } finally {
    await source.destroy();
  }
}

async function checkIntegrity(source: DataSource, file: string): Promise<void> {
  const rows = (await source.query('PRAGMA quick_check(1)')) as { quick_check: string }[];
  const answer = rows[0]?.quick_check;
  if (answer === 'ok') return;
  throw new RollcallError('UNAVAILABLE', `the database ${file} is damaged (${answer}); restore a backup`, {
    unrecoverable: true,
  });
}
