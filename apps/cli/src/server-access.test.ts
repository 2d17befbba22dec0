import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { temporaryFolder } from '@rollcall/testing';
import { describe, expect, it } from 'vitest';
import type { CommandContext } from './context.js';
import { findServerAccess, type GlobalOptions } from './server-access.js';

const KEPT = 'k1:kept-beside-the-database-0123456789abcdef';

async function contextWith(env: CommandContext['env'], secretAt?: string): Promise<CommandContext> {
  const directory = await temporaryFolder();
  if (secretAt) {
    await mkdir(join(directory, secretAt), { recursive: true });
    await writeFile(join(directory, secretAt, 'rollcall.secret'), `${KEPT}\n`);
  }
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  return { env, directory, ...streams, interrupted: new AbortController().signal, exitCode: 0 };
}

async function find(options: GlobalOptions, env: CommandContext['env'] = {}, secretAt?: string) {
  return findServerAccess(options, await contextWith(env, secretAt));
}

describe('findServerAccess', () => {
  it('prefers options to variables, and tokens to secrets', async () => {
    const env = { ROLLCALL_URL: 'http://env', ROLLCALL_TOKEN: 'env-token', ROLLCALL_SECRET: 'env-secret' };
    expect(await find({}, env)).toEqual({ url: 'http://env', token: 'env-token' });
    expect(await find({ secret: 's' }, env)).toEqual({ url: 'http://env', secret: 's' });
    expect(await find({ token: 't', secret: 's', url: 'http://o' }, env)).toEqual({
      url: 'http://o',
      token: 't',
    });
    expect(await find({}, { ROLLCALL_SECRET: 'env-secret', ROLLCALL_TOKEN: '' })).toEqual({
      url: 'http://127.0.0.1:4600',
      secret: 'env-secret',
    });
  });

  it('uses the secret beside the default database for a server on this machine', async () => {
    for (const url of [undefined, 'http://localhost:9', 'http://127.0.0.5:1', 'http://[::1]:4600']) {
      expect(await find({ url }, {}, 'data')).toMatchObject({ secret: KEPT });
    }
  });

  it('uses the secret beside the database that ROLLCALL_DATABASE_URL names', async () => {
    const env = { ROLLCALL_DATABASE_URL: 'better-sqlite3:./var/db/users.sqlite' };
    expect(await find({}, env, 'var/db')).toMatchObject({ secret: KEPT });
  });

  it('never uses the secret of this machine for a server elsewhere', async () => {
    for (const url of [
      'https://users.example.com',
      'http://127.0.0.1.example.com',
      'http://localhost.example',
    ]) {
      await expect(find({ url }, {}, 'data')).rejects.toMatchObject({ code: 'TOKEN_MISSING' });
    }
  });

  it('explains what to set when there is nothing to sign in with', async () => {
    await expect(find({})).rejects.toThrow(/set ROLLCALL_SECRET.*rollcall\.secret/);
    const env = { ROLLCALL_DATABASE_URL: 'postgres://localhost/users' };
    await expect(find({}, env, 'data')).rejects.toThrow('set ROLLCALL_SECRET');
  });
});
