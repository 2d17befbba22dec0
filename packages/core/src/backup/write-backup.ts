import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RollcallError } from '@rollcall/protocol';
import type { DatabaseAddress } from '../database/database-address.js';
import { type BackupHead, refused, type SealedBackup, sealBackup } from './backup-file.js';
import { dumpPostgres } from './backup-postgres.js';
import { type BackupStage, dumpSqlite } from './backup-sqlite.js';
import { clearAbandoned, UnfinishedFile } from './unfinished-file.js';

/** What is backed up where. */
export interface BackupOptions {
  address: DatabaseAddress;
  /** The file to write, or a folder in which it gets a name with its time. */
  file: string;
  /** The version of Rollcall. */
  version: string;
  /** The ids of the keys of the secret; null for a key without an id. */
  keyIds: readonly (string | null)[];
  /** Folders with the programs of PostgreSQL, as in the variable `PATH`. */
  toolPath?: string;
  /** Ends it; nothing is left behind then. */
  signal?: AbortSignal;
  onStage?: (stage: BackupStage) => void;
}

/**
 * Backs a database up to one file, while servers work on it, and looks through what was written. The file appears when it
 * is whole and on the disk. It holds the data of one moment: every write that was acknowledged up to its position, and
 * nothing of any other.
 * @throws RollcallError `INPUT_INVALID` for a file that is there already, and for a database that is not of Rollcall;
 * `UNAVAILABLE` where there is no room, for a damaged database, and when PostgreSQL or its programs cannot be used. Then there
 * is no new file.
 */
export async function writeBackup(options: BackupOptions): Promise<SealedBackup> {
  const { address, version, keyIds, toolPath = '', onStage = () => undefined } = options;
  const signal = options.signal ?? new AbortController().signal;
  const madeAt = new Date().toISOString();
  const file = placeOf(options.file, madeAt);
  // Names with a time do not come again, so nobody else would clear up behind a killed command.
  if (file !== options.file) await clearAbandoned(dirname(file), NAMED_BY_TIME);
  const unfinished = await UnfinishedFile.make(file).catch(error => {
    throw unwritable(file, error);
  });
  try {
    const data =
      address.engine === 'postgres'
        ? await dumpPostgres({ path: toolPath, url: address.url }, unfinished.path, { signal, onStage })
        : await dumpSqlite(address, unfinished.path, { signal, onStage });
    const head: BackupHead = {
      rollcall: version,
      engine: address.engine === 'postgres' ? 'postgres' : 'sqlite',
      made_at: madeAt,
      ...data,
      key_ids: [...keyIds],
    };
    onStage('sealing');
    const sizes = await sealBackup(unfinished.path, head, signal);
    signal.throwIfAborted();
    await unfinished.finish();
    return { file, head, ...sizes };
  } catch (error) {
    signal.throwIfAborted();
    throw unwritable(file, error);
  } finally {
    await unfinished.discard();
  }
}

/** The name that a file gets in a folder. */
const NAMED_BY_TIME = /^rollcall-[\dTZ-]+\.backup/;

function placeOf(given: string, madeAt: string): string {
  const isFolder = existsSync(given) && statSync(given).isDirectory();
  // Such as one of a disk that is not mounted: a file in its place would be in the way of the next backup.
  if (!isFolder && /[/\\]$/.test(given)) {
    const folder = given.slice(0, -1);
    throw refused(
      `there is no folder ${folder}; make it, or mount it, or name a file without the last slash`,
    );
  }
  const file = isFolder ? join(given, `rollcall-${madeAt.replaceAll(/[:.]/g, '-')}.backup`) : given;
  if (existsSync(file))
    throw refused(`${file} is there already; name another file, no backup is overwritten`);
  return file;
}

/** The error for a place that cannot be written to; any other error stays as it is. */
function unwritable(file: string, error: unknown): unknown {
  if (error instanceof RollcallError) return error;
  const { code, message } = (error ?? {}) as { code?: string; message?: string };
  const said = `${code} ${message}`;
  if (/ENOSPC|SQLITE_FULL|No space left/.test(said)) {
    const full = `the disk of ${file} is full; free some space, or name another place. Nothing was left behind`;
    return new RollcallError('UNAVAILABLE', full, { cause: error, unrecoverable: true });
  }
  if (/ENOENT|ENOTDIR|EACCES|EPERM|EROFS|ENAMETOOLONG/.test(code ?? '')) {
    return refused(
      `${file} cannot be written (${code}); name a file in a folder that this user may write to`,
    );
  }
  return error;
}
