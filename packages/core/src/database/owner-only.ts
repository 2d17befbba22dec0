import { chmodSync, closeSync, existsSync, openSync } from 'node:fs';

const OWNER_ONLY = 0o600;

/** What SQLite keeps beside a database. It gives new ones the mode of the database itself. */
const BESIDE = ['', '-wal', '-shm', '-journal'];

/**
 * Sees to it that only its owner can read an embedded database: a new file is made that way, so that there is no moment in
 * which others can open it, and files of before are tightened.
 * Where the file system forbids that, it does nothing: opening the database then says what is wrong.
 */
export function keepForOwner(file: string): void {
  try {
    closeSync(openSync(file, 'a', OWNER_ONLY));
    for (const path of BESIDE.map(suffix => `${file}${suffix}`)) {
      if (existsSync(path)) chmodSync(path, OWNER_ONLY);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  }
}
