import { constants, existsSync, statSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import sql from 'sql-template-tag';
import type { DatabaseAddress } from '../database/database-address.js';
import { diskRoom } from '../database/disk-room.js';
import { findDamage } from '../database/sqlite-file.js';
import type { Queryable } from '../database/unit-of-work.js';
import { type Finding, risk, saidSize, wrong } from './finding.js';

type FileAddress = Extract<DatabaseAddress, { file: string }>;

/** With less room than this on its disk, the next hours may bring the end of it. */
const LITTLE_ROOM = 0.1;
const HARDLY_ANY_BYTES = 64 * 1024 * 1024;

/** A server keeps its write-ahead log at 64 MiB as a rule. */
const LONG_LOG_BYTES = 512 * 1024 * 1024;

/** What can be said about the files of an embedded database without opening it. */
export async function examineFiles(address: FileAddress): Promise<Finding[]> {
  const { file } = address;
  const findings: Finding[] = [];
  for (const path of [file, dirname(file)]) {
    if (
      await access(path, constants.W_OK).then(
        () => false,
        () => true,
      )
    ) {
      findings.push(
        wrong(
          'writable',
          `${path} cannot be written by this user: writes fail. Give it to the user of the server (chown), with the right to write (chmod u+w).`,
        ),
      );
    }
  }
  findings.push(...(await examineRoom(address)));
  const log = sizeOf(`${file}-wal`);
  if (log > LONG_LOG_BYTES) {
    findings.push(
      risk(
        'write_ahead_log',
        `the write-ahead log ${file}-wal has grown to ${saidSize(log)}: something has been reading the database for long, such as a backup or a shell that was left open. End it.`,
      ),
    );
  }
  const open = [file, `${file}-wal`].filter(path => existsSync(path) && (statSync(path).mode & 0o077) !== 0);
  if (process.platform !== 'win32' && open.length > 0) {
    findings.push(
      risk(
        'file_mode',
        `other users of this machine may read ${open.join(' and ')}: run chmod 600 ${open.join(' ')}.`,
      ),
    );
  }
  return findings;
}

async function examineRoom(address: FileAddress): Promise<Finding[]> {
  const room = await diskRoom(address);
  if (!room) return [];
  const said = `the disk of ${address.file} has ${saidSize(room.free)} free of ${saidSize(room.total)}`;
  if (room.free < HARDLY_ANY_BYTES) {
    return [wrong('room', `${said}: writes fail when nothing is left. Free some space now.`)];
  }
  const size = sizeOf(address.file);
  if (room.free / room.total < LITTLE_ROOM) {
    return [
      risk('room', `${said}: writes fail when nothing is left. Free some space, or move to a larger disk.`),
    ];
  }
  return room.free < size
    ? [
        risk(
          'room',
          `${said}, less than the database takes (${saidSize(size)}): it cannot be backed up or restored there.`,
        ),
      ]
    : [];
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Looks through the whole file, and at how it is kept. */
export async function examineContent(connection: Queryable, file: string): Promise<Finding[]> {
  const damage = await findDamage(text => connection.query({ sql: text, text, values: [] }));
  if (damage === 'SQLITE_NOTADB') {
    const message = `${file} is not an SQLite database: name another file in ROLLCALL_DATABASE_URL, or restore a backup.`;
    return [wrong('database', message)];
  }
  if (damage !== undefined) {
    return [wrong('integrity', `the database ${file} is damaged (${damage}): restore a backup.`)];
  }
  const findings: Finding[] = [];
  if (existsSync(`${file}-unchecked`)) {
    findings.push(
      risk(
        'integrity',
        `the last server on ${file} ended without closing it. The file is whole now; a server looks through it again at its next start.`,
      ),
    );
  }
  const [mode] = await connection.query(sql`PRAGMA journal_mode`);
  const [pages] = await connection.query(sql`PRAGMA page_count`);
  // A file without content has no mode yet.
  if (Number(pages?.page_count) > 0 && mode?.journal_mode !== 'wal') {
    findings.push(
      risk(
        'journal',
        `the database ${file} is kept without a write-ahead log (${mode?.journal_mode}); a server turns it on at its start, unless the file system cannot do it. Use a local disk.`,
      ),
    );
  }
  return findings;
}
