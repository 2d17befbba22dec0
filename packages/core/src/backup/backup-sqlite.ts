import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { RollcallError } from '@rollcall/protocol';
import sql from 'sql-template-tag';
import { asideOnSqlite } from '../database/aside.js';
import type { DatabaseAddress } from '../database/database-address.js';
import { roomIn } from '../database/disk-room.js';
import { openingError } from '../database/opening-error.js';
import { damagedFile } from '../database/sqlite-file.js';
import { openSqliteReader } from '../database/sqlite-sources.js';
import { isFull } from '../database/storage-error.js';
import type { Queryable } from '../database/unit-of-work.js';
import { refused } from './backup-file.js';
import { type DescribedData, describeData } from './described-data.js';

type FileAddress = Extract<DatabaseAddress, { file: string }>;

/** What is told while a backup is made or restored. */
export type BackupStage = 'copying' | 'checking' | 'sealing';

/**
 * Writes the data of an embedded database to an empty file, beside a server that works on it, and looks through what it has
 * written. It is the data of one moment. Writers do not wait for it; until it has read everything, the write-ahead log of
 * the database grows with what they write.
 * @throws RollcallError `INPUT_INVALID` for a file that is not a database of Rollcall; `UNAVAILABLE` for one that is damaged,
 * and where there is no room.
 */
export async function dumpSqlite(
  address: FileAddress,
  file: string,
  { signal, onStage }: { signal: AbortSignal; onStage: (stage: BackupStage) => void },
): Promise<DescribedData> {
  if (!existsSync(address.file)) {
    throw refused(`there is no database ${address.file}; ROLLCALL_DATABASE_URL names it`);
  }
  const on = <Result>(name: string, work: (connection: Queryable) => Promise<Result>) =>
    asideOnSqlite(() => openSqliteReader({ ...address, file: name }, { interruptible: true }), work, signal);
  const schema = await on(address.file, async source => {
    await requireRollcall(source, address.file);
    await requireRoom(source, file);
    onStage('copying');
    const before = await schemaOf(source);
    await source.query(sql`VACUUM INTO ${file}`).catch(error => {
      throw isFaulty(error) ? faulty(address.file, file, error) : error;
    });
    return { before, after: await schemaOf(source) };
  }).catch(error => {
    if (isDamage(error)) throw damagedFile(address.file, error.message);
    // It is the copy that has found no room.
    throw isFull(error) ? error : openingError(address.file, error);
  });
  onStage('checking');
  return on(file, async copy => {
    const [row] = await copy.query(sql`PRAGMA integrity_check(1)`);
    if (row?.integrity_check !== 'ok') throw damagedFile(address.file, String(row?.integrity_check));
    // A migration, or the index of a custom field, may have come while the copy was made.
    if (![schema.before, schema.after].includes(await schemaOf(copy))) {
      throw new Error('the copy has other tables than the database');
    }
    return describeData(copy);
  });
}

/** What every version has, and what a restore writes to. */
const TABLES = ['event_stream', 'events', 'migrations', 'node_users', 'nodes', 'tasks', 'users'];

/** @throws RollcallError `INPUT_INVALID` where the tables of Rollcall are not, or are no tables. */
export async function requireRollcall(source: Queryable, file: string): Promise<void> {
  const names = source.dialect.values(TABLES);
  const tables = await source.query(
    sql`SELECT name FROM sqlite_schema WHERE type = 'table' AND name IN (${names})`,
  );
  if (tables.length < TABLES.length) throw refused(`${file} is not a database of Rollcall`);
}

/** A copy takes no more than the pages that are in use. */
async function requireRoom(source: Queryable, file: string): Promise<void> {
  const [pages] = await source.query(
    sql`SELECT (SELECT page_count FROM pragma_page_count) - (SELECT freelist_count FROM pragma_freelist_count) AS used,
      (SELECT page_size FROM pragma_page_size) AS size`,
  );
  await requireFreeBytes(dirname(file), Number(pages?.used) * Number(pages?.size));
}

/** @throws RollcallError `UNAVAILABLE` when a folder has no room for so many bytes. */
export async function requireFreeBytes(folder: string, bytes: number): Promise<void> {
  const room = await roomIn(folder);
  if (!room || room.free >= bytes) return;
  throw new RollcallError(
    'UNAVAILABLE',
    `there is no room in ${folder}: ${mebibytes(bytes)} are needed, and ${mebibytes(room.free)} are free; nothing was written`,
    { unrecoverable: true },
  );
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024 / 1024).toLocaleString('en-US')} MiB`;
}

async function schemaOf(connection: Queryable): Promise<string> {
  const rows = await connection.query(
    sql`SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name`,
  );
  return JSON.stringify(rows);
}

function isFaulty(error: unknown): boolean {
  return /SQLITE_IOERR/.test(`${(error as NodeJS.ErrnoException).code} ${(error as Error).message}`);
}

/** SQLite does not say which of the two files it could not read or write. */
function faulty(from: string, to: string, cause: unknown): RollcallError {
  return new RollcallError(
    'UNAVAILABLE',
    `${from} could not be copied to ${dirname(to)}: a disk is faulty, or this process may not write files of that size (ulimit -f). Nothing was left behind`,
    { cause, unrecoverable: true },
  );
}

function isDamage(error: unknown): error is Error {
  return (
    error instanceof Error &&
    /SQLITE_CORRUPT|malformed/.test(`${(error as NodeJS.ErrnoException).code} ${error.message}`)
  );
}
