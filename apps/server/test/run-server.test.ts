import { EventEmitter } from 'node:events';
import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { EnvironmentVariables } from '../src/config/config.js';
import { type HostProcess, runServer } from '../src/run-server.js';
import { halfSentCall } from './half-sent-call.js';
import { SECRET } from './test-server.js';
import { connect } from './test-socket.js';

let folder: string;
let env: EnvironmentVariables;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-run-'));
  env = {
    ROLLCALL_DATABASE_URL: `sqlite:${folder}/rollcall.sqlite`,
    ROLLCALL_PORT: '0',
    ROLLCALL_DRAIN_MS: '0',
    ROLLCALL_LOG_LEVEL: 'silent',
  };
});

describe('the first minute', () => {
  it('says where it answers, where the data is, how to sign in and what to try', async () => {
    const run = await started(env);
    expect(run.text()).toContain(`Data: ${folder}/rollcall.sqlite`);
    expect(run.text()).toContain(`export ROLLCALL_URL=${run.url()}`);
    expect(run.text()).toMatch(/npx rollcall watch\n {2}npx rollcall import samples\/users\.ndjson/);
    const response = await fetch(`${run.url()}/trpc/roles.list`, {
      headers: { authorization: `Bearer ${run.token()}` },
    });
    expect(response.status).toBe(200);
    run.process.emit('SIGTERM');
    expect(await run.exitCode).toBe(0);
  });

  it('shows no secret', async () => {
    const run = await started({ ...env, ROLLCALL_SECRET: SECRET });
    run.process.emit('SIGINT');
    await run.exitCode;
    expect(run.text()).not.toContain('0123456789-0123456789');
  });

  it.each([
    ['in development, at a terminal', {}, true, true],
    ['in development, with the output kept somewhere', {}, false, false],
    [
      'in development, open to the network, with the output kept somewhere',
      { ROLLCALL_HOST: '0.0.0.0' },
      false,
      false,
    ],
    ['in production, at a terminal', { NODE_ENV: 'production' }, true, false],
    ['in production, with the output kept somewhere', { NODE_ENV: 'production' }, false, false],
  ])('shows a token only to a developer at a terminal: %s', async (_where, more, isTTY, shown) => {
    const run = await started({ ...env, ...more }, isTTY);
    expect(run.text().includes('ROLLCALL_TOKEN=')).toBe(shown);
    expect(/eyJ/.test(run.text())).toBe(shown);
    if (!shown) expect(run.text()).toContain('To sign in, make a token: npx rollcall token --server');
    run.process.emit('SIGTERM');
    await run.exitCode;
  });
});

describe('signals', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('ends in order with 0 on %s', async signal => {
    const run = await started(env);
    const client = await connect(run.url(), { token: run.token() });
    run.process.emit(signal);
    expect((await client.closed).code).toBe(1012);
    expect(await run.exitCode).toBe(0);
    expect(run.process.listenerCount('SIGTERM') + run.process.listenerCount('SIGINT')).toBe(0);
  });

  it('ends at once with 1 on the second signal', async () => {
    const run = await started(env);
    const call = await halfSentCall(run.url(), run.token());
    run.process.emit('SIGTERM');
    run.process.emit('SIGTERM');
    expect(await run.exitCode).toBe(1);
    call.finish();
    expect((await call.response).status).toBe(200);
  });
});

describe('a server that cannot start', () => {
  it('says why in plain words, with 2, and leaves nothing behind', async () => {
    const run = new TestRun({ ...env, ROLLCALL_PROT: '1', ROLLCALL_LOG_LEVEL: 'loud' });
    expect(await run.exitCode).toBe(2);
    expect(run.errors()).toContain('ROLLCALL_PROT: there is no such setting; did you mean ROLLCALL_PORT?');
    expect(run.errors()).toContain('ROLLCALL_LOG_LEVEL');
    expect(run.errors()).not.toContain('    at ');
    expect(await readdir(folder)).toEqual([]);
  });

  it('names a product that cannot be used, and leaves nothing behind', async () => {
    const run = new TestRun({ ...env, ROLLCALL_PRODUCTS: './no-such-product.js' });
    expect(await run.exitCode).toBe(2);
    expect(run.errors()).toMatch(
      /^error: INPUT_INVALID ROLLCALL_PRODUCTS: the module ".\/no-such-product.js" [^\n]+\n$/,
    );
    expect(await readdir(folder)).toEqual([]);
  });

  it.each(['sqlite', 'better-sqlite3'])(
    'names the file and the setting when %s cannot use it',
    async scheme => {
      const file = join(folder, `noise-${scheme}.db`);
      await writeFile(file, Buffer.alloc(20_000, 7));
      const start = async (path: string, ROLLCALL_SECRET = SECRET) => {
        const run = new TestRun({ ...env, ROLLCALL_SECRET, ROLLCALL_DATABASE_URL: `${scheme}:${path}` });
        expect(await run.exitCode).toBe(2);
        return run.errors();
      };
      expect(await start(file)).toBe(
        `error: UNAVAILABLE the database ${file} is not an SQLite database; name another file, or move this one away (SQLITE_NOTADB); ROLLCALL_DATABASE_URL names the file\n`,
      );
      await mkdir(join(folder, `folder-${scheme}.db`));
      expect(await start(join(folder, `folder-${scheme}.db`))).toMatch(
        /^error: UNAVAILABLE the database \S+folder-\S+ is a folder; name a file in it .*ROLLCALL_DATABASE_URL/,
      );
      expect(await start(join(file, 'x.db'))).toMatch(/a part of its path is a file and not a folder/);
      expect(await start(join(file, 'x.db'), '')).toMatch(
        /^error: INPUT_INVALID ROLLCALL_SECRET: the file \S+ cannot be/,
      );
    },
  );

  it('says that the database is in use', async () => {
    const first = await started(env);
    const second = new TestRun(env);
    expect(await second.exitCode).toBe(2);
    expect(second.errors()).toContain('another process uses the database');
    first.process.emit('SIGTERM');
    expect(await first.exitCode).toBe(0);
  });
});

/** A run of the server inside this process, with signals and output of its own. */
class TestRun {
  readonly process = new EventEmitter();
  readonly exitCode: Promise<number>;
  #out = '';
  #errors = '';

  constructor(settings: EnvironmentVariables, isTTY = false) {
    const streams = {
      stdout: { isTTY, write: (text: string) => (this.#out += text) },
      stderr: { write: (text: string) => (this.#errors += text) },
    };
    this.exitCode = runServer(settings, Object.assign(this.process, streams) as HostProcess);
  }

  text = () => this.#out;
  errors = () => this.#errors;
  url = () => /answers at (\S+)/.exec(this.#out)![1]!;
  token = () => /ROLLCALL_TOKEN=(\S+)/.exec(this.#out)![1]!;
}

async function started(settings: EnvironmentVariables, isTTY = true): Promise<TestRun> {
  const run = new TestRun(settings, isTTY);
  await vi.waitFor(() => expect(run.text() + run.errors()).not.toBe(''), { timeout: 5000 });
  expect(run.errors()).toBe('');
  return run;
}
