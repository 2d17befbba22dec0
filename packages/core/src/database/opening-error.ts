import { statSync } from 'node:fs';
import { RollcallError } from '@rollcall/protocol';

/** What a code of SQLite or of the operating system means for somebody who opens a database, and what to do. */
const REASONS: readonly (readonly [code: RegExp, reason: string])[] = [
  [/SQLITE_NOTADB/, 'is not an SQLite database; name another file, or move this one away'],
  [/SQLITE_CORRUPT/, 'is damaged; restore a backup'],
  [
    /SQLITE_(FULL|IOERR)|ENOSPC|EIO/,
    'cannot be written: the disk is full or faulty; free some space, or check the disk',
  ],
  [/SQLITE_READONLY|EROFS/, 'cannot be written; check the permissions of the file and of its folder'],
  [/EACCES|EPERM/, 'may not be used by this user; check the permissions of the file and of its folder'],
  [
    /EEXIST|ENOTDIR/,
    'cannot be there: a part of its path is a file and not a folder; name a path through folders, or move that file away',
  ],
  [
    /SQLITE_CANTOPEN|EISDIR|ENOENT/,
    'cannot be opened; its path must name a file, in a folder that this user may write to',
  ],
];

/**
 * The error for somebody who opens an embedded database, with the file, the setting and a remedy. An error that already
 * says what to do, and one that is not about the file, stays as it is.
 */
export function openingError(file: string, error: unknown): unknown {
  if (error instanceof RollcallError) return error;
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  const said = `${code ?? ''} ${message ?? ''}`;
  const [, known] = REASONS.find(([pattern]) => pattern.test(said)) ?? [];
  const reason = known !== undefined && isFolder(file) ? 'is a folder; name a file in it' : known;
  if (reason === undefined) return error;
  const [shortCode = ''] = /SQLITE_[A-Z]+|\bE[A-Z]{2,}\b/.exec(said) ?? [];
  return new RollcallError(
    'UNAVAILABLE',
    `the database ${file} ${reason} (${shortCode}); ROLLCALL_DATABASE_URL names the file`,
    { cause: error, unrecoverable: true },
  );
}

/** SQLite takes a folder for a faulty disk. */
function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
