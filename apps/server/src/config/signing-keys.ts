import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseDatabaseUrl, parseSigningKeys, type SigningKey } from '@rollcall/core';
import { RollcallError } from '@rollcall/protocol';
import type { Config } from './config.js';

/**
 * The keys that sign and check tokens: those of the configuration, or the one that is kept beside an embedded database.
 * An embedded database without a key gets one now.
 * @throws RollcallError `INPUT_INVALID` when there is no secret and none can be made.
 */
export async function signingKeysOf(config: Pick<Config, 'databaseUrl' | 'secret'>): Promise<SigningKey[]> {
  if (config.secret !== undefined) return parseSigningKeys(config.secret);
  const address = parseDatabaseUrl(config.databaseUrl);
  if (address.engine === 'postgres') {
    throw new RollcallError('INPUT_INVALID', 'ROLLCALL_SECRET: PostgreSQL needs a secret', {
      field: 'ROLLCALL_SECRET',
    });
  }
  const file = secretFileOf(address.file);
  const secret = await readOrMakeSecret(file).catch((error: NodeJS.ErrnoException) => {
    if (error instanceof RollcallError) throw error;
    throw new RollcallError(
      'INPUT_INVALID',
      `ROLLCALL_SECRET: the file ${file} cannot be read or made (${error.code}); set ROLLCALL_SECRET, or let ROLLCALL_DATABASE_URL name a file in a folder that this user may write to`,
      { field: 'ROLLCALL_SECRET', cause: error },
    );
  });
  return parseSigningKeys(secret);
}

/** The file that keeps the secret of an embedded database. It lies beside the database. */
export function secretFileOf(databaseFile: string): string {
  return join(dirname(databaseFile), 'rollcall.secret');
}

/**
 * The secret that a file keeps, in the form of `ROLLCALL_SECRET`. The first call makes it. Only its owner can read the
 * file. It appears complete or not at all: it is written under another name and then linked into place, so when two
 * processes start at once, one makes the file and both read the same secret.
 * @throws RollcallError `INPUT_INVALID` when others may read the file, or when it holds no usable secret.
 */
export async function readOrMakeSecret(file: string): Promise<string> {
  const kept = await readSecret(file);
  if (kept !== undefined) return kept;
  await mkdir(dirname(file), { recursive: true });
  await makeSecret(file);
  return (await readSecret(file)) ?? fail(`${file} was made, and then somebody removed it`);
}

/**
 * The secret that a file keeps, in the form of `ROLLCALL_SECRET`; undefined when there is no such file.
 * @throws RollcallError `INPUT_INVALID` when others may read the file, or when it holds no usable secret.
 */
export async function readSecret(file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(ignore('ENOENT'));
  if (text === undefined) return undefined;
  const { mode } = await stat(file);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    fail(`other users of this machine may read ${file}; run: chmod 600 ${file}`);
  }
  const secret = text.trim();
  try {
    parseSigningKeys(secret);
  } catch {
    fail(
      `${file} holds no usable secret; restore it, or delete it to have a new one made (that ends all old tokens)`,
    );
  }
  return secret;
}

async function makeSecret(file: string): Promise<void> {
  const unfinished = `${file}.${randomBytes(6).toString('hex')}`;
  const handle = await open(unfinished, 'wx', 0o600);
  try {
    await handle.writeFile(`${randomBytes(4).toString('hex')}:${randomBytes(32).toString('base64url')}\n`);
    await handle.sync();
    await link(unfinished, file).catch(ignore('EEXIST'));
  } finally {
    await handle.close();
    await rm(unfinished, { force: true });
  }
}

function ignore(code: string): (error: NodeJS.ErrnoException) => undefined {
  return error => {
    if (error.code !== code) throw error;
  };
}

function fail(message: string): never {
  throw new RollcallError('INPUT_INVALID', message, { field: 'ROLLCALL_SECRET' });
}
