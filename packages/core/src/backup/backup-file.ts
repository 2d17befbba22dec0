/**
 * The form of a backup: the data as the engine has written it, what it is as one line of JSON, and a last line with both
 * lengths and a checksum over all that stands before it. The data comes first, so that it is written once, in its place:
 * the backup of an embedded database is at the same time a database that SQLite opens.
 *
 * No byte can change without being noticed. Data and description are under the checksum; a changed length no longer adds up
 * to the size of the file; a changed checksum is another one.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { RollcallError } from '@rollcall/protocol';

/** What a backup is, besides its data. */
export interface BackupHead {
  /** The version of Rollcall that made it. */
  rollcall: string;
  engine: 'sqlite' | 'postgres';
  /** When it was begun, ISO 8601. */
  made_at: string;
  /** Where the event log ends in it: every write up to here is in it, and none after. */
  position: string;
  users: number;
  /** The names of the migrations that its database has run. */
  migrations: string[];
  /** The ids of the keys of the secret at that time, null for a key without an id; never the keys. */
  key_ids: (string | null)[];
}

/** A backup whose form is right. */
export interface SealedBackup {
  readonly file: string;
  readonly head: BackupHead;
  /** The data is the file's first bytes, so many. */
  readonly dataBytes: number;
  /** Of the whole file. */
  readonly bytes: number;
}

const SEAL = /^rollcall-backup 1 (\d{16}) (\d{8}) ([0-9a-f]{64})\n$/;
const SEAL_BYTES = 109;
/** Of the last line, this much is under the checksum that follows. */
const CHECKED_SEAL_BYTES = SEAL_BYTES - 65;

/** Makes a backup of a file that holds its data, and waits until it is on the disk. */
export async function sealBackup(
  file: string,
  head: BackupHead,
  signal: AbortSignal,
): Promise<Pick<SealedBackup, 'dataBytes' | 'bytes'>> {
  const handle = await open(file, 'r+');
  try {
    const dataBytes = (await handle.stat()).size;
    const text = Buffer.from(`${JSON.stringify(head)}\n`);
    const lengths = `rollcall-backup 1 ${padded(dataBytes, 16)} ${padded(text.length, 8)} `;
    const checksum = await checksumOf(file, dataBytes, signal);
    const digest = checksum.update(text).update(lengths).digest('hex');
    const end = Buffer.concat([text, Buffer.from(`${lengths}${digest}\n`)]);
    await handle.write(end, 0, end.length, dataBytes);
    await handle.sync();
    return { dataBytes, bytes: dataBytes + end.length };
  } finally {
    await handle.close();
  }
}

/**
 * Reads what a backup is, without looking at its data.
 * @throws RollcallError `INPUT_INVALID` for a file that is missing or not a whole backup.
 */
export async function readBackupHead(file: string): Promise<SealedBackup> {
  const { head, dataBytes, bytes } = await readEnd(file);
  return { file, head, dataBytes, bytes };
}

/**
 * Reads a whole backup and compares its checksum.
 * @throws RollcallError `INPUT_INVALID` for a file that is missing, not a backup, cut off, or changed in any byte.
 */
export async function verifyBackup(file: string, signal: AbortSignal): Promise<SealedBackup> {
  const { head, dataBytes, bytes, end, digest } = await readEnd(file);
  const checksum = await checksumOf(file, dataBytes, signal);
  if (checksum.update(end).digest('hex') !== digest) {
    throw refused(`${file} is damaged: its checksum is another one; take another backup`);
  }
  return { file, head, dataBytes, bytes };
}

interface End extends Omit<SealedBackup, 'file'> {
  /** What follows the data and is under the checksum. */
  end: Buffer;
  digest: string;
}

async function readEnd(file: string): Promise<End> {
  const unreadable = (error: NodeJS.ErrnoException) => {
    throw refused(`${file} cannot be read (${error.code}); name a file that \`rollcall backup\` has written`);
  };
  // Opening a pipe would wait for somebody who writes.
  if (!(await stat(file).catch(unreadable)).isFile()) {
    throw refused(`${file} is not a file; name one that \`rollcall backup\` has written`);
  }
  const handle = await open(file, 'r').catch(unreadable);
  try {
    const { size } = await handle.stat();
    const seal = await readAt(handle, size - SEAL_BYTES, SEAL_BYTES);
    const [, dataText, headText, digest = ''] = SEAL.exec(seal.toString('latin1')) ?? [];
    if (dataText === undefined) {
      throw refused(`${file} is not a backup of Rollcall, or its end is missing or damaged`);
    }
    const [dataBytes, headBytes] = [Number(dataText), Number(headText)];
    if (dataBytes + headBytes + SEAL_BYTES !== size) {
      throw refused(`${file} is damaged: it is not as long as it was; take another backup`);
    }
    const text = await readAt(handle, dataBytes, headBytes);
    return {
      head: parseHead(file, text),
      dataBytes,
      bytes: size,
      end: Buffer.concat([text, seal.subarray(0, CHECKED_SEAL_BYTES)]),
      digest,
    };
  } finally {
    await handle.close();
  }
}

/** Bytes of a file; fewer where there are no more. */
async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  if (position < 0) return Buffer.alloc(0);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

function parseHead(file: string, text: Buffer): BackupHead {
  let head: unknown;
  try {
    head = JSON.parse(text.toString('utf8'));
  } catch {
    // It is no head then.
  }
  if (isHead(head)) return head;
  throw refused(`${file} is damaged: what it says about itself cannot be read; take another backup`);
}

/** A checksum shows that a file is as it was written, not who wrote it. */
function isHead(value: unknown): value is BackupHead {
  const head = (value ?? {}) as Partial<Record<keyof BackupHead, unknown>>;
  const isList = (list: unknown, isItem: (item: unknown) => boolean) =>
    Array.isArray(list) && list.every(isItem);
  return (
    typeof head.rollcall === 'string' &&
    (head.engine === 'sqlite' || head.engine === 'postgres') &&
    typeof head.made_at === 'string' &&
    !Number.isNaN(Date.parse(head.made_at)) &&
    typeof head.position === 'string' &&
    typeof head.users === 'number' &&
    isList(head.migrations, name => typeof name === 'string') &&
    isList(head.key_ids, id => id === null || typeof id === 'string')
  );
}

async function checksumOf(file: string, length: number, signal: AbortSignal) {
  const checksum = createHash('sha256');
  // A stream takes its last byte, so there is none for a length of 0.
  if (length === 0) return checksum;
  const data = createReadStream(file, { end: length - 1, highWaterMark: 1024 * 1024, signal });
  for await (const chunk of data) checksum.update(chunk as Buffer);
  return checksum;
}

function padded(count: number, digits: number): string {
  return String(count).padStart(digits, '0');
}

/** The error for a backup that cannot be used. */
export function refused(message: string): RollcallError {
  return new RollcallError('INPUT_INVALID', message, { field: 'file' });
}
