import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type BackupHead, readBackupHead, sealBackup, verifyBackup } from './backup-file.js';

const HEAD: BackupHead = {
  rollcall: '0.1.0',
  engine: 'sqlite',
  made_at: '2026-01-01T00:00:00.000Z',
  position: '0a0b0c0d.7',
  users: 3,
  migrations: ['Directory0000000000001'],
  key_ids: ['k1', null],
};
const DATA = Buffer.from(Array.from({ length: 300 }, (_, index) => (index * 7) % 256));
/** The bytes of the last line. */
const LAST_LINE = 109;
const { signal } = new AbortController();

let folder: string;
let whole: Buffer;

/** A file with this content. */
async function fileOf(content: Buffer): Promise<string> {
  const file = join(folder, 'changed');
  await writeFile(file, content);
  return file;
}

const refusalOf = (file: string) =>
  verifyBackup(file, signal).then(
    () => 'taken',
    (error: Error) => error.message,
  );

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-test-'));
  const file = join(folder, 'whole');
  await writeFile(file, DATA);
  await sealBackup(file, HEAD, signal);
  whole = await readFile(file);
});

describe('the file of a backup', () => {
  it('begins with the data as it is, and says at its end what it is', async () => {
    const file = join(folder, 'whole');
    expect(whole.subarray(0, DATA.length).equals(DATA)).toBe(true);
    const sizes = { dataBytes: DATA.length, bytes: whole.length };
    expect(await readBackupHead(file)).toEqual({ file, head: HEAD, ...sizes });
    expect(await verifyBackup(file, signal)).toEqual({ file, head: HEAD, ...sizes });
  });

  it('is refused with any of its bytes changed, and any bit of its last line', async () => {
    const taken: string[] = [];
    for (let place = 0; place < whole.length; place++) {
      const bits = place < whole.length - LAST_LINE ? [place % 8] : [0, 1, 2, 3, 4, 5, 6, 7];
      for (const bit of bits) {
        const changed = Buffer.from(whole);
        changed[place] = (changed[place] ?? 0) ^ (1 << bit);
        if ((await refusalOf(await fileOf(changed))) === 'taken') taken.push(`byte ${place}, bit ${bit}`);
      }
    }
    expect(taken).toEqual([]);
  });

  it('is refused when it is cut off anywhere, or something follows', async () => {
    for (let length = 0; length < whole.length; length += 7) {
      expect(await refusalOf(await fileOf(whole.subarray(0, length)))).toContain(
        'is not a backup of Rollcall',
      );
    }
    expect(await refusalOf(await fileOf(Buffer.concat([whole, Buffer.from('\n')])))).toContain(
      'is not a backup',
    );
    expect(await refusalOf(await fileOf(Buffer.concat([Buffer.from('x'), whole])))).toContain(
      'not as long as it was',
    );
    expect(await refusalOf(join(folder, 'none'))).toContain('cannot be read (ENOENT)');
  });

  it('is refused when it says nothing sensible about itself, though its checksum is right', async () => {
    const heads = [
      null,
      'text',
      {},
      { ...HEAD, engine: 'other' },
      { ...HEAD, made_at: 'yesterday' },
      { ...HEAD, users: '3' },
      { ...HEAD, migrations: undefined },
      { ...HEAD, key_ids: [1] },
    ];
    for (const head of heads) {
      const file = await fileOf(DATA);
      await sealBackup(file, head as BackupHead, signal);
      expect(await refusalOf(file), JSON.stringify(head)).toContain(
        'what it says about itself cannot be read',
      );
    }
  });

  it('is refused at once when it is a folder, a device, or a pipe into which nobody writes', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const file of [folder, '/dev/zero', pipe]) expect(await refusalOf(file)).toContain('is not a file');
  });

  it('is refused at once when it is long and empty', async () => {
    const file = join(folder, 'sparse');
    await writeFile(file, '');
    await truncate(file, 10 * 1024 ** 3);
    const begun = performance.now();
    expect(await refusalOf(file)).toContain('is not a backup of Rollcall');
    expect(performance.now() - begun).toBeLessThan(1000);
  });
});
