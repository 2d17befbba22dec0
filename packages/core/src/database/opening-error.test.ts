import { RollcallError } from '@rollcall/protocol';
import { describe, expect, it } from 'vitest';
import { openingError } from './opening-error.js';

const FILE = '/srv/rollcall/users.sqlite';

/** An error of the operating system or of a driver, which has a code. */
const coded = (code: string, message: string) => Object.assign(new Error(message), { code });

describe('an embedded database that cannot be opened', () => {
  it.each([
    [
      coded('SQLITE_CORRUPT', 'SQLITE_CORRUPT: database disk image is malformed'),
      'is damaged; restore a backup (SQLITE_CORRUPT)',
    ],
    [
      coded('SQLITE_NOTADB', 'file is not a database'),
      'is not an SQLite database; name another file, or move this one away (SQLITE_NOTADB)',
    ],
    [
      coded('EACCES', `EACCES: permission denied, mkdir '/srv/rollcall'`),
      'may not be used by this user; check the permissions of the file and of its folder (EACCES)',
    ],
    [
      coded('ENOTDIR', `ENOTDIR: not a directory, mkdir '/srv/rollcall'`),
      'cannot be there: a part of its path is a file and not a folder; name a path through folders, or move that file away (ENOTDIR)',
    ],
    [
      coded('EEXIST', `EEXIST: file already exists, mkdir '/srv/rollcall'`),
      'cannot be there: a part of its path is a file and not a folder; name a path through folders, or move that file away (EEXIST)',
    ],
    [
      coded('SQLITE_READONLY', 'attempt to write a readonly database'),
      'cannot be written; check the permissions of the file and of its folder (SQLITE_READONLY)',
    ],
    [
      coded('ENOSPC', 'ENOSPC: no space left on device'),
      'cannot be written: the disk is full or faulty; free some space, or check the disk (ENOSPC)',
    ],
    [
      coded('SQLITE_CANTOPEN', 'SQLITE_CANTOPEN: unable to open database file'),
      'cannot be opened; its path must name a file, in a folder that this user may write to (SQLITE_CANTOPEN)',
    ],
  ])('is an error that names the file, the setting and a remedy: %s', (cause, said) => {
    const error = openingError(FILE, cause);
    expect(error).toBeInstanceOf(RollcallError);
    // Trying again, as for a database that is away for a while, would not help.
    expect(error).toMatchObject({ code: 'UNAVAILABLE', unrecoverable: true, cause });
    expect((error as RollcallError).message).toBe(
      `the database ${FILE} ${said}; ROLLCALL_DATABASE_URL names the file`,
    );
  });

  it.each([
    new RollcallError('UNAVAILABLE', `the database ${FILE} is damaged (SQLITE_CORRUPT)`),
    new TypeError('undefined is not a function'),
    'EXPLAINED',
    undefined,
  ])('keeps an error that says what to do, and one that is not about the file: %s', error => {
    expect(openingError(FILE, error)).toBe(error);
  });

  it('is called a folder where it is one', () => {
    const error = openingError('/tmp', coded('SQLITE_IOERR', 'SQLITE_IOERR: disk I/O error'));
    expect((error as Error).message).toBe(
      'the database /tmp is a folder; name a file in it (SQLITE_IOERR); ROLLCALL_DATABASE_URL names the file',
    );
  });
});
