import { createReadStream, createWriteStream, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { RollcallError } from '@rollcall/protocol';
import { raw } from 'sql-template-tag';
import { asideOnSqlite } from '../database/aside.js';
import type { DatabaseAddress } from '../database/database-address.js';
import { openingError } from '../database/opening-error.js';
import { keepForOwner } from '../database/owner-only.js';
import { FileLock, noteChecked } from '../database/sqlite-file.js';
import { openSqlite, openSqliteReader } from '../database/sqlite-sources.js';
import { SqliteUnitOfWork } from '../database/sqlite-unit-of-work.js';
import { refused, type SealedBackup, verifyBackup } from './backup-file.js';
import { requireEmptyDatabase, restorePostgres } from './backup-postgres.js';
import { requireFreeBytes, requireRollcall } from './backup-sqlite.js';
import { settlingStatements } from './settle-restored.js';
import { UnfinishedFile } from './unfinished-file.js';

type FileAddress = Extract<DatabaseAddress, { file: string }>;

/** What is told while a backup is restored. */
export type RestoreStage = 'verifying' | 'restoring';

/** What is restored where. */
export interface RestoreOptions {
  file: string;
  /** An empty place: a file that is not there, or a database without tables. */
  address: DatabaseAddress;
  /** Folders with the programs of PostgreSQL, as in the variable `PATH`. */
  toolPath?: string;
  /** Whether only to verify the backup and to look at the place; default false. */
  dryRun?: boolean;
  /** Ends it; the place is empty then. */
  signal?: AbortSignal;
  onStage?: (stage: RestoreStage) => void;
}

/**
 * Verifies a backup and restores it to an empty place. The data appears all at once, with a new epoch of the event log, with
 * nobody online, and with tasks that any process may go on with.
 * @throws RollcallError `INPUT_INVALID` for a file that is not a whole backup or of another engine, and for a place that is
 * not empty; `UNAVAILABLE` where there is no room, and when PostgreSQL or its programs cannot be used. The place stays empty.
 */
export async function restoreBackup(options: RestoreOptions): Promise<SealedBackup> {
  const { file, address, toolPath = '', dryRun = false, onStage = () => undefined } = options;
  const signal = options.signal ?? new AbortController().signal;
  onStage('verifying');
  const backup = await verifyBackup(file, signal);
  const wanted = address.engine === 'postgres' ? 'postgres' : 'sqlite';
  if (backup.head.engine !== wanted) throw refused(otherEngine(backup));
  if (address.engine === 'postgres') {
    const place = { path: toolPath, url: address.url };
    if (dryRun) await requireEmptyDatabase(place, signal);
    else {
      onStage('restoring');
      await restorePostgres(place, backup, signal);
    }
    return backup;
  }
  requireNothingAt(address.file);
  if (dryRun) return backup;
  onStage('restoring');
  await restoreSqlite(address, backup, signal).catch(error => {
    throw openingError(address.file, error);
  });
  return backup;
}

function otherEngine({ file, head }: SealedBackup): string {
  return head.engine === 'sqlite'
    ? `${file} is of an embedded database: restore it to sqlite:<file>, and move it to PostgreSQL with \`rollcall copy\` if you want it there`
    : `${file} is of a PostgreSQL database: restore it to postgres://…`;
}

async function restoreSqlite(
  address: FileAddress,
  { file, dataBytes, head }: SealedBackup,
  signal: AbortSignal,
): Promise<void> {
  mkdirSync(dirname(address.file), { recursive: true });
  keepForOwner(`${address.file}-lock`);
  // No server starts there meanwhile.
  const lock = await FileLock.acquire(address.file, name =>
    openSqlite({ ...address, file: name }, 'lock', []),
  );
  try {
    requireNothingAt(address.file);
    const unfinished = await UnfinishedFile.make(address.file);
    try {
      await requireFreeBytes(dirname(address.file), dataBytes);
      const data = createReadStream(file, { end: dataBytes - 1, highWaterMark: 1024 * 1024 });
      await pipeline(data, createWriteStream(unfinished.path, { flags: 'r+' }), { signal });
      await requireTables({ ...address, file: unfinished.path }, file, signal);
      await settle({ ...address, file: unfinished.path }, head.migrations);
      signal.throwIfAborted();
      noteChecked(address.file);
      await unfinished.finish();
    } finally {
      await unfinished.discard();
    }
  } finally {
    await lock.release();
  }
}

/** A checksum does not say who made the data, and what is no database of Rollcall must not get to the place of one. */
function requireTables(address: FileAddress, backup: string, signal: AbortSignal): Promise<void> {
  return asideOnSqlite(
    () => openSqliteReader(address, { interruptible: true }),
    connection => requireRollcall(connection, `what is in ${backup}`),
    signal,
  );
}

async function settle(address: FileAddress, migrations: readonly string[]): Promise<void> {
  const logsNothing = () => Promise.reject(new Error('a restore logs nothing'));
  const unitOfWork = await SqliteUnitOfWork.open(address, {
    entities: [],
    logWriter: logsNothing,
    clock: Date.now,
  });
  try {
    await unitOfWork.write(async transaction => {
      for (const statement of settlingStatements(migrations)) await transaction.query(raw(statement));
    });
  } finally {
    await unitOfWork.close();
  }
}

/** What SQLite would take for a part of the database. */
const PARTS = ['', '-wal', '-shm', '-journal'];

/** @throws RollcallError `INPUT_INVALID` when there is a database, or what is left of one. */
function requireNothingAt(file: string): void {
  const found = PARTS.map(suffix => `${file}${suffix}`).find(
    path => existsSync(path) && statSync(path).size > 0,
  );
  if (found === undefined) return;
  throw new RollcallError(
    'INPUT_INVALID',
    `${found} is there already; a backup is restored to an empty place: stop the server, move ${file} away with its -wal and -shm, and try again`,
    { field: 'ROLLCALL_DATABASE_URL' },
  );
}
