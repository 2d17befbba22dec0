/** The built command in processes of its own: `npm test` at the root builds it first. */
import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from '@rollcall/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const COMMAND = fileURLToPath(new URL('../bin/rollcall.js', import.meta.url));

const children: ChildProcessWithoutNullStreams[] = [];
let directory: string;
let server: RunningProcess;
let url: string;

interface RunningProcess {
  process: ChildProcessWithoutNullStreams;
  /** Resolves to the first group of a pattern as soon as standard output or standard error matches it. */
  until(pattern: RegExp): Promise<string>;
  ended: Promise<{ code: number | null; out: string; err: string }>;
}

/** Runs the command in the folder of the server, where it can sign in only with the secret that the server keeps. */
function rollcall(...args: string[]): RunningProcess {
  const env = {
    PATH: process.env.PATH,
    ROLLCALL_PORT: '0',
    ROLLCALL_LOG_LEVEL: 'silent',
    ROLLCALL_DRAIN_MS: '0',
  };
  const child = spawn(process.execPath, [COMMAND, ...args], { cwd: directory, env });
  children.push(child);
  const said = { out: '', err: '' };
  child.stdout.on('data', chunk => {
    said.out += chunk;
  });
  child.stderr.on('data', chunk => {
    said.err += chunk;
  });
  const ended = once(child, 'close').then(([code]) => ({ code, ...said }));
  return {
    process: child,
    ended,
    async until(pattern) {
      for (;;) {
        const found = pattern.exec(said.out)?.[1] ?? pattern.exec(said.err)?.[1];
        if (found) return found;
        if (child.exitCode !== null) throw new Error(`it ended without ${pattern}:\n${said.out}${said.err}`);
        const heard = [child.stdout, child.stderr].map(stream => once(stream, 'data'));
        await Promise.race([...heard, ended]);
      }
    },
  };
}

beforeAll(async () => {
  directory = await temporaryFolder();
  server = rollcall('serve');
  url = await server.until(/Rollcall answers at (\S+)\s/);
}, 30_000);

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await server.ended;
});

describe('the command as a process', { timeout: 40_000 }, () => {
  it('signs in with the secret that the server keeps in the same folder', async () => {
    const { code, out } = await rollcall('users', 'upsert', '{"id":"first"}', '--url', url).ended;
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ id: 'first' });
  });

  it('prints the code of an error of the server, and of a missing server', async () => {
    const refused = await rollcall('users', 'upsert', '{"id":"x","name":5}', '--url', url).ended;
    expect(refused).toMatchObject({ code: 2, err: expect.stringMatching(/^error: INPUT_INVALID name: /) });
    const absent = await rollcall('users', 'query', '--url', 'http://127.0.0.1:9').ended;
    expect(absent).toMatchObject({ code: 2, err: expect.stringMatching(/^error: UNAVAILABLE /) });
  });

  it('ends a watch with exit code 0 and the last event when it is interrupted', async () => {
    const watching = rollcall('watch', '--url', url);
    await watching.until(/(watching) /);
    await rollcall('users', 'upsert', '{"id":"second"}', '--url', url).ended;
    const id = await watching.until(/"id":"([0-9a-z]+\.\d+)"/);
    watching.process.kill('SIGINT');
    expect(await watching.ended).toMatchObject({
      code: 0,
      err: expect.stringContaining(`last event: ${id}\n`),
    });
  });

  it('stores every row that an import has read when it is interrupted', async () => {
    const importing = rollcall('import', '-', '--url', url);
    // One batch is full and sent, the other one waits for more rows, and standard input stays open.
    const rows = Array.from({ length: 150 }, (_, n) => `{"id":"piped-${n}","batch":"piped"}\n`);
    importing.process.stdin.write(rows.join(''));
    const stored = async () => {
      const { out } = await rollcall('export', '--filter', '{"batch":"piped"}', '--url', url).ended;
      return out.split('\n').filter(Boolean).length;
    };
    await expect.poll(stored, { timeout: 20_000 }).toBe(100);
    importing.process.kill('SIGINT');
    const { code, out } = await importing.ended;
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ status: 'interrupted', done: 150 });
    expect(await stored()).toBe(150);
  });

  it('ends without an error when the reader closes the pipe', async () => {
    const exporting = rollcall('export', '--url', url);
    exporting.process.stdout.destroy();
    const { code, err } = await exporting.ended;
    expect(code).toBe(0);
    expect(err).not.toContain('rror');
  });

  it('ends the server with exit code 0 when it is interrupted', async () => {
    server.process.kill('SIGINT');
    expect(await server.ended).toMatchObject({ code: 0 });
  });

  it('explains how to build the command when it is not built', async () => {
    const bin = join(await temporaryFolder(), 'bin');
    await mkdir(bin);
    await cp(COMMAND, join(bin, 'rollcall.mjs'));
    const failure = await promisify(execFile)(process.execPath, [join(bin, 'rollcall.mjs')]).catch(
      error => error,
    );
    expect([failure.code, failure.stderr]).toEqual([2, expect.stringContaining('npm run build')]);
  });
});
