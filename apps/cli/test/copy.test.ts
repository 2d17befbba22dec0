import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { temporaryFolder } from '@rollcall/testing';
import { expect, it } from 'vitest';
import { copyJson, copyLines } from '../src/copy/copy.js';
import { CopyReporter } from '../src/copy/copy-reporter.js';
import { rollcall, startTestServer } from './harness.js';

it('requires a source and a target', async () => {
  expect((await rollcall(['copy'])).err).toContain("required option '--from <url>'");
  const { exitCode, err } = await rollcall(['copy', '--from', 'sqlite:./none']);
  expect(exitCode).toBe(2);
  expect(err).toMatch(/^error: INPUT_INVALID there is no target: /);
});

it('takes the target from the environment, and reports what is wrong with either side', async () => {
  const env = { ROLLCALL_DATABASE_URL: 'postgres://localhost/target' };
  const file = join(await temporaryFolder(), 'none.sqlite');
  const missing = await rollcall(['copy', '--from', `sqlite:${file}`], { env });
  expect(missing).toMatchObject({ exitCode: 2 });
  expect(missing.err).toContain(`there is no file ${file}`);
  const back = await rollcall(['copy', '--from', 'sqlite:./none', '--to', 'sqlite:./other'], { env });
  expect(back.err).toContain('a copy is made to postgres://');
});

it('refuses a product that does not exist before it opens a database', async () => {
  const env = { ROLLCALL_PRODUCTS: './none.js' };
  const { exitCode, err } = await rollcall(
    ['copy', '--from', 'sqlite:./a', '--to', 'postgres://localhost/b'],
    { env },
  );
  expect(exitCode).toBe(2);
  expect(err).toContain('ROLLCALL_PRODUCTS: the module "./none.js" cannot be used');
});

it('does not disturb the server of the source when PostgreSQL cannot be reached', async () => {
  await using server = await startTestServer();
  const { exitCode, err } = await rollcall([
    'copy',
    '--from',
    server.config.databaseUrl,
    '--to',
    'postgres://nobody:not-to-be-shown@127.0.0.1:1/none',
  ]);
  expect(exitCode).toBe(2);
  expect(err).toMatch(/^error: UNAVAILABLE /);
  expect(err).not.toContain('not-to-be-shown');
  expect((await rollcall(['users', 'upsert', '{"id":"jane"}'], { server })).exitCode).toBe(0);
});

const report = {
  finished: true,
  tables: [
    { name: 'roles', rows: 2, checksum: 'a'.repeat(64) },
    { name: 'users', rows: 12_000, checksum: 'b'.repeat(64) },
  ],
  secret: { file: 'data/rollcall.secret', keyIds: ['k1', null] },
};
const times = { elapsedMs: 61_000, finishingMs: 4000 };

it('shows a person each table, the time, and the secret that the servers need', () => {
  expect(copyLines(report, times)).toEqual([
    'TABLE  ROWS    CHECKSUM',
    'roles  2       aaaaaaaaaaaaaaaa',
    'users  12,000  bbbbbbbbbbbbbbbb',
    'copied and compared 12,002 rows in 1:01, 0:04 of it without a server',
    'Set ROLLCALL_SECRET of the servers to the content of data/rollcall.secret (keys: k1, one without an id), so that tokens stay valid.',
    'Start the servers with ROLLCALL_DATABASE_URL set to the target. The source is unchanged: do not start a server on it again.',
  ]);
  expect(copyLines({ finished: false, tables: [] }, times)[1]).toContain('run the same command again');
});

it('gives a program the same in one value', () => {
  expect(copyJson(report, times)).toEqual({
    type: 'copy',
    finished: true,
    rows: 12_002,
    elapsed_ms: 61_000,
    finishing_ms: 4000,
    tables: report.tables,
    secret: { file: 'data/rollcall.secret', key_ids: ['k1', null] },
  });
});

it('tells a person when to stop the server, and a program the stage', () => {
  const shown = (isTTY: boolean) => {
    const stream = Object.assign(new PassThrough(), { isTTY, columns: 120 });
    const reporter = new CopyReporter(stream, 'sqlite:./data/a.sqlite');
    for (const stage of ['copying', 'waiting', 'waiting', 'finishing'] as const) {
      reporter.update({ stage, rows: 1, total: 2 });
    }
    expect(reporter.stop().finishingMs).toBeGreaterThanOrEqual(0);
    return String(stream.read());
  };
  expect(shown(true).match(/stop the server of sqlite:\.\/data\/a\.sqlite now/g)).toHaveLength(1);
  expect(
    shown(false)
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
      .filter(({ type }) => type === 'stage'),
  ).toEqual(['copying', 'waiting', 'finishing'].map(stage => ({ type: 'stage', stage })));
});
