import { appendFileSync, existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startServer } from '@rollcall/server';
import { temporaryFolder } from '@rollcall/testing';
import { expect, it } from 'vitest';
import { rollcall, SECRET, start, startTestServer } from './harness.js';

const envOf = (databaseUrl: string, secret = SECRET) => ({
  ROLLCALL_DATABASE_URL: databaseUrl,
  ROLLCALL_SECRET: secret,
});
const fileOf = (databaseUrl: string) => databaseUrl.slice('sqlite:'.length);

it('backs a database up while its server runs, and restores it to another place', async () => {
  await using server = await startTestServer();
  await rollcall(['users', 'upsert', '{"id":"jane"}'], { server });
  const directory = await temporaryFolder();
  const made = await rollcall(['backup', 'a.backup'], { directory, env: envOf(server.config.databaseUrl) });
  expect(made).toMatchObject({ exitCode: 0 });
  expect(made.json()).toEqual([
    {
      type: 'backup',
      file: join(directory, 'a.backup'),
      bytes: expect.any(Number),
      rollcall: '0.1.0',
      engine: 'sqlite',
      made_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      position: expect.stringMatching(/^[0-9a-f]{8}\.1$/),
      users: 1,
      key_ids: ['test'],
      elapsed_ms: expect.any(Number),
    },
  ]);
  const stages = made.err
    .trim()
    .split('\n')
    .map(line => JSON.parse(line).stage);
  expect(stages).toEqual(['copying', 'checking', 'sealing']);

  const place = `sqlite:${join(directory, 'restored', 'rollcall.sqlite')}`;
  const trial = await rollcall(['restore', 'a.backup', '--dry-run'], { directory, env: envOf(place) });
  expect(trial.json()).toMatchObject([{ type: 'restore', dry_run: true, users: 1 }]);
  expect(existsSync(fileOf(place))).toBe(false);
  const restored = await rollcall(['restore', 'a.backup'], { directory, env: envOf(place) });
  expect(restored).toMatchObject({ exitCode: 0 });
  expect(restored.json()).toMatchObject([{ type: 'restore', dry_run: false, missing_key_ids: [] }]);

  const other = await startServer({ ...server.config, databaseUrl: place });
  const { json } = await rollcall(['users', 'get', 'jane'], { server: other });
  expect(json()).toMatchObject([{ id: 'jane' }]);
  await other.close();

  const again = await rollcall(['restore', 'a.backup'], { directory, env: envOf(place) });
  expect(again.exitCode).toBe(2);
  expect(again.err).toContain('is there already; a backup is restored to an empty place');
});

it('tells a person what is in a backup, where the secret is, and which keys are missing after a restore', async () => {
  const directory = await temporaryFolder();
  const databaseUrl = `sqlite:${join(directory, 'data', 'rollcall.sqlite')}`;
  const env = { ROLLCALL_DATABASE_URL: databaseUrl };
  const server = await startServer({ ...(await configOf()), databaseUrl, secret: undefined });
  await server.close();
  const made = await rollcall(['backup', directory], { directory, env, terminal: true });
  expect(made.err).toContain('Copying the data. Servers may go on working.\n');
  expect(made.out).toMatch(/rollcall-[\dTZ-]+\.backup: 0 users, the event log up to [0-9a-f]{8}\.0, as of /);
  const [, key] =
    /keep (?:.*)\/data\/rollcall\.secret in another place \(keys: ([0-9a-f]{8})\)/.exec(made.out) ?? [];
  expect(key).toBeDefined();
  const name = readdirSync(directory).find(one => one.endsWith('.backup')) ?? '';
  const place = envOf(
    `sqlite:${join(directory, 'restored', 'rollcall.sqlite')}`,
    'other:0123456789abcdef0123456789abcdef',
  );
  const restored = await rollcall(['restore', name], { directory, env: place, terminal: true });
  expect(restored.out).toContain(`The secret here lacks keys of that time (${key}).`);
  expect(restored.out).toContain('Users who were hard-deleted after the backup are back');
  expect(restored.out).toContain('Tokens that were revoked after it are good again');
});

it('says in one line what is wrong with a backup or a place, and leaves nothing behind', async () => {
  await using server = await startTestServer();
  const env = envOf(server.config.databaseUrl);
  const directory = await temporaryFolder();
  const nowhere = await rollcall(['backup', 'no/such/folder/a.backup'], { directory, env });
  expect(nowhere).toMatchObject({ exitCode: 2, out: '' });
  expect(nowhere.err).toMatch(
    /^error: INPUT_INVALID .*a\.backup cannot be written \(ENOENT\); .* \(field file\)\n$/,
  );
  const unmounted = await rollcall(['backup', 'none/'], { directory, env });
  expect(unmounted).toMatchObject({ exitCode: 2, out: '' });
  expect(unmounted.err).toMatch(/^error: INPUT_INVALID there is no folder .*none;/);
  const unset = await rollcall(['backup', ''], { directory, env });
  expect(unset).toMatchObject({ exitCode: 2, out: '' });
  expect(unset.err).toMatch(/^error: INPUT_INVALID the name of the file is empty;/);
  expect(readdirSync(directory)).toEqual([]);
  await rollcall(['backup', 'a.backup'], { directory, env });
  const twice = await rollcall(['backup', 'a.backup'], { directory, env });
  expect(twice.err).toContain('a.backup is there already');
  appendFileSync(join(directory, 'a.backup'), 'x');
  const place = envOf(`sqlite:${join(directory, 'new', 'rollcall.sqlite')}`);
  const changed = await rollcall(['restore', 'a.backup'], { directory, env: place });
  expect(changed).toMatchObject({ exitCode: 2, out: '' });
  expect(changed.err).toMatch(/error: INPUT_INVALID .*a\.backup is not a backup of Rollcall/);
  expect(readdirSync(directory)).toEqual(['a.backup']);
});

it('ends with a line and without a file when it is interrupted', async () => {
  await using server = await startTestServer();
  const directory = await temporaryFolder();
  const command = start(['backup', 'a.backup'], { directory, env: envOf(server.config.databaseUrl) });
  await command.until('"stage":"copying"');
  command.interrupt();
  expect(await command.exitCode).toBe(2);
  expect(command.err()).toContain('interrupted: there is no new backup\n');
  expect(readdirSync(directory)).toEqual([]);
});

async function configOf() {
  await using server = await startTestServer();
  expect(dirname(fileOf(server.config.databaseUrl))).toContain('data');
  return server.config;
}
