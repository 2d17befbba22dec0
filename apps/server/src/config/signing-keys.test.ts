import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSigningKeys } from '@rollcall/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readOrMakeSecret, secretFileOf } from './signing-keys.js';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-secret-'));
  file = join(folder, 'data', 'rollcall.secret');
});
afterEach(() => rm(folder, { recursive: true }));

describe('readOrMakeSecret', () => {
  it('makes a named secret that only its owner can read, and leaves nothing else behind', async () => {
    const secret = await readOrMakeSecret(file);
    const [key] = parseSigningKeys(secret);
    expect(key?.kid).toMatch(/^[0-9a-f]{8}$/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).toBe(`${secret}\n`);
    expect(await readdir(join(folder, 'data'))).toEqual(['rollcall.secret']);
  });

  it('uses the same secret again at the next start', async () => {
    expect(await readOrMakeSecret(file)).toBe(await readOrMakeSecret(file));
  });

  it('agrees on one secret when many processes start at once', async () => {
    const secrets = await Promise.all(Array.from({ length: 20 }, () => readOrMakeSecret(file)));
    expect(new Set(secrets).size).toBe(1);
    expect(await readdir(join(folder, 'data'))).toEqual(['rollcall.secret']);
  });

  it('refuses a file that others may read', async () => {
    await readOrMakeSecret(file);
    await chmod(file, 0o640);
    await expect(readOrMakeSecret(file)).rejects.toThrow('chmod 600');
  });

  it('refuses a file without a usable secret, and does not repeat what it holds', async () => {
    const secret = await readOrMakeSecret(file);
    await writeFile(file, 'kid:short-canary');
    const refusal = await readOrMakeSecret(file).catch((error: Error) => error.message);
    expect(refusal).toContain('holds no usable secret');
    expect(refusal).not.toContain('canary');
    expect(refusal).not.toContain(secret);
  });
});

describe('secretFileOf', () => {
  it('lies beside the database', () => {
    expect(secretFileOf('./data/rollcall.sqlite')).toBe('data/rollcall.secret');
    expect(secretFileOf('/var/lib/rollcall/db.sqlite')).toBe('/var/lib/rollcall/rollcall.secret');
  });
});
