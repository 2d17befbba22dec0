import { RollcallError } from '@rollcall/protocol';

/** What the codes of the operating system mean, and what to do. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of its path is a file and not a folder',
  EISDIR: 'it is a folder and not a file',
  EEXIST: 'it is there already',
  EACCES: 'this user may not; check the permissions of the file and of its folder',
  EPERM: 'this user may not; check the permissions of the file and of its folder',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of this user is used up',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'the name is too long',
};

/**
 * The error of a file that the operating system does not let this command use: it names the file and the reason. Any
 * other error stays as it is.
 * @param file its name for the reader; default: the path of the error.
 */
export function fileError(error: unknown, file?: string): unknown {
  if (!(error instanceof Error) || error instanceof RollcallError) return error;
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  const reason = code === undefined ? undefined : REASONS[code];
  const name = file ?? path;
  if (reason === undefined || name === undefined) return error;
  const what = syscall === 'read' || syscall === 'scandir' ? 'read' : 'opened';
  return new RollcallError(
    'INPUT_INVALID',
    `${name} cannot be ${file ? 'written' : what}: ${reason} (${code})`,
    {
      cause: error,
    },
  );
}
