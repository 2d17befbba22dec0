import { RollcallError } from '@rollcall/protocol';
import type { DataSource } from 'typeorm';

/**
 * Lets one process at a time use an embedded database. The lock is an exclusive transaction on a small file of its own
 * beside the database, held for as long as the process lives: the operating system releases it however the process
 * ends, so there is no stale lock to clear away.
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
        `another process uses the database ${file}; an embedded database belongs to one process`,
        { cause: error, unrecoverable: true },
      );
    }
  }

  async release(): Promise<void> {
    await this.#source.destroy();
  }
}
