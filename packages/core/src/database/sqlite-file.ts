import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { RollcallError } from '@rollcall/protocol';
import type { DataSource } from 'typeorm';
import type { DatabaseAddress } from './database-address.js';
import { keepForOwner } from './owner-only.js';
import { openSqlite } from './sqlite-sources.js';

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

/**
 * Runs something on a file. A file that its last process has not closed is checked first: it may be damaged.
 * @param mayCheckLater whether this time it need not be checked before.
 * @returns `isUnchecked`: the file is still to be checked, and is so until {@link noteChecked}.
 * @throws RollcallError `UNAVAILABLE` for a damaged file.
 */
export async function prepareSqlite<Result>(
  address: FileAddress,
  run: (source: DataSource) => Promise<Result>,
  mayCheckLater: (source: DataSource) => Promise<boolean> = async () => false,
): Promise<{ result: Result; isUnchecked: boolean }> {
  let isUnchecked = noteUnclosed(address.file);
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
    if (isUnchecked && !(await mayCheckLater(source))) {
      const damage = await findDamage(async statement => await source.query(statement));
      if (damage !== undefined) throw damagedFile(address.file, damage);
      noteChecked(address.file);
      isUnchecked = false;
    }
    return { result: await run(source), isUnchecked };
  } finally {
    await source.destroy();
  }
}

/** The mark of a file that was not closed and has not been checked since, however often it was opened and closed. */
function markOf(file: string): string {
  return `${file}-unchecked`;
}

/** Whether a file is still to be checked. */
function noteUnclosed(file: string): boolean {
  // A write-ahead log that was left behind means that the last process ended without closing the file.
  const log = `${file}-wal`;
  if (existsSync(log) && statSync(log).size > 0) keepForOwner(markOf(file));
  return existsSync(markOf(file));
}

/** Notes that a file was checked and can be trusted. */
export function noteChecked(file: string): void {
  rmSync(markOf(file), { force: true });
}

/** Looks through a whole file. @returns what is wrong with it; undefined for a sound one. */
export async function findDamage(
  query: (statement: string) => Promise<Record<string, unknown>[]>,
): Promise<string | undefined> {
  try {
    const [row] = await query('PRAGMA quick_check(1)');
    return row?.quick_check === 'ok' ? undefined : String(row?.quick_check).replaceAll(/\s+/g, ' ');
  } catch (error) {
    const [code] = /SQLITE_(CORRUPT|NOTADB)/.exec(String(error)) ?? [];
    if (code === undefined) throw error;
    return code;
  }
}

/** The error for the operator of a damaged file. */
export function damagedFile(file: string, damage: string): RollcallError {
  return new RollcallError('UNAVAILABLE', `the database ${file} is damaged (${damage}); restore a backup`, {
    unrecoverable: true,
  });
}
