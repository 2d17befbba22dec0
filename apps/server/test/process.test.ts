import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSigningKeys, signToken } from '@rollcall/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect } from './test-socket.js';

/** What `npm start` runs; `npm test` builds it first. */
const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

let folder: string;
let running: ChildProcess | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-process-'));
});
afterEach(() => {
  running?.kill('SIGKILL');
});

describe('a server process', () => {
  it('starts with nothing set, in an empty folder, and ends with 0 on SIGTERM', async () => {
    const server = await start();
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    const client = await connect(server.url, { token: server.token });
    client.send({ id: 1, method: 'query', params: { path: 'roles.list' } });
    expect(await client.next()).toHaveProperty('result');
    server.process.kill('SIGTERM');
    expect((await client.closed).code).toBe(1012);
    expect(await server.exit).toEqual([0, null]);
  });

  it('keeps its files for their owner: new ones from their first moment, and those of before', async () => {
    const modes = async () => {
      const names = (await readdir(join(folder, 'data'))).sort();
      const found = names.map(async name => [name, (await stat(join(folder, 'data', name))).mode & 0o777]);
      return Object.fromEntries(await Promise.all(found)) as Record<string, number>;
    };
    const first = await start();
    const made = await modes();
    expect(Object.keys(made)).toEqual(expect.arrayContaining(['rollcall.secret', 'rollcall.sqlite']));
    expect(Object.keys(made)).toEqual(expect.arrayContaining(['rollcall.sqlite-wal', 'rollcall.sqlite-shm']));
    expect([...new Set(Object.values(made))]).toEqual([0o600]);
    first.process.kill('SIGTERM');
    await first.exit;
    await chmod(join(folder, 'data/rollcall.sqlite'), 0o644);
    const second = await start();
    expect([...new Set(Object.values(await modes()))]).toEqual([0o600]);
    second.process.kill('SIGTERM');
    await second.exit;
  });

  it('keeps its secret over a restart, and shows it nowhere', async () => {
    const first = await start();
    first.process.kill('SIGINT');
    expect(await first.exit).toEqual([0, null]);
    const second = await start();
    const headers = { authorization: `Bearer ${first.token}` };
    expect((await fetch(`${second.url}/trpc/roles.list`, { headers })).status).toBe(200);
    second.process.kill('SIGTERM');
    await second.exit;
    const secret = (await readFile(join(folder, 'data/rollcall.secret'), 'utf8')).trim().split(':')[1]!;
    expect(first.output() + second.output()).not.toContain(secret);
  });

  it('logs JSON, one object a line, on standard error', async () => {
    const server = await start();
    server.process.kill('SIGTERM');
    await server.exit;
    const lines = server.errors().trim().split('\n');
    expect(lines.map(line => JSON.parse(line).msg)).toContain('the server is ready');
  });
});

async function start() {
  const child = spawn(process.execPath, [MAIN], {
    cwd: folder,
    env: { PATH: process.env.PATH, ROLLCALL_PORT: '0', ROLLCALL_DRAIN_MS: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running = child;
  let output = '';
  let errors = '';
  child.stderr.on('data', chunk => {
    errors += chunk;
  });
  const exit = once(child, 'close');
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', chunk => {
      output += chunk;
      if (output.includes('npx rollcall token')) resolve();
    });
    child.once('close', code => reject(new Error(`the server ended with ${code}: ${errors}`)));
  });
  return {
    process: child,
    exit,
    output: () => output + errors,
    errors: () => errors,
    url: /answers at (\S+)/.exec(output)![1]!,
    token: await signToken(
      parseSigningKeys((await readFile(join(folder, 'data/rollcall.secret'), 'utf8')).trim()),
      { server: true },
    ),
  };
}
