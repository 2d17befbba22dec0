/** The command outside the repository, packed and installed by the lines of its page. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createServerClient } from '@rollcall/client/server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SECRET, startServerProcess } from '../support/processes/server-process.js';

const ROOT = join(import.meta.dirname, '../..');

const run = promisify(execFile);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-command-'));
  const page = await readFile(join(ROOT, 'apps/cli/README.md'), 'utf8');
  const [, block = ''] = /^```sh\n(.*?)^```$/ms.exec(page) ?? [];
  const [pack = '', install = '', ...more] = block.split('\n').filter(line => line && !line.startsWith('#'));
  expect(more).toEqual([]);
  await run('sh', ['-c', pack.replace('../our-tools', folder)], { cwd: ROOT });
  await writeFile(join(folder, 'package.json'), '{ "private": true }');
  // Without the drivers, which would take minutes where they are compiled: these commands call a server.
  const options = '--ignore-scripts --prefer-offline --no-audit --no-fund';
  await run('sh', ['-c', `${install} ${options}`], { cwd: folder });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

it('calls a server, without the repository and without the drivers of its database', async () => {
  const server = await startServerProcess();
  const backEnd = createServerClient({ url: server.url, secret: SECRET });
  try {
    await backEnd.upsertUsers([{ id: 'jane' }, { id: 'john' }]);
    const env = { PATH: process.env.PATH, ROLLCALL_URL: server.url, ROLLCALL_SECRET: SECRET };
    const command = join(folder, 'node_modules/.bin/rollcall');
    const query = ['users', 'query', '--filter', '{"id":"jane"}'];
    const { stdout } = await run(command, query, { cwd: folder, env });
    expect(JSON.parse(stdout)).toMatchObject({ id: 'jane' });
    const token = await run(command, ['token', '--user', 'jane'], { cwd: folder, env });
    expect(token.stdout.trim().split('.')).toHaveLength(3);
  } finally {
    await backEnd.disconnect();
    await server.stop();
  }
});
