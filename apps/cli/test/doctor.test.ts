import { copyFileSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { startServer } from '@rollcall/server';
import { temporaryFolder } from '@rollcall/testing';
import { expect, it } from 'vitest';
import { rollcall, SECRET, start, startTestServer } from './harness.js';

interface Finding {
  level: string;
  check: string;
  message: string;
}

/** Runs the doctor, and gives what it finds, but for what only the machine decides. */
async function doctor(env: Record<string, string>, args: string[] = []) {
  const { exitCode, json } = await rollcall(['doctor', ...args], { env });
  const [found] = json() as unknown as { wrong: number; risks: number; findings: Finding[] }[];
  const findings = (found?.findings ?? []).filter(({ check }) => check !== 'room');
  return {
    exitCode,
    found,
    said: findings.map(({ level, check, message }) => `${level} ${check}: ${message}`),
  };
}

/** An installation that is not running, with a secret beside its database. */
async function installation() {
  const file = join(await temporaryFolder(), 'data', 'rollcall.sqlite');
  await using server = await startTestServer();
  const own = await startServer({ ...server.config, databaseUrl: `sqlite:${file}`, secret: undefined });
  await own.close();
  return {
    file,
    secretFile: join(file, '../rollcall.secret'),
    env: { ROLLCALL_DATABASE_URL: `sqlite:${file}` },
  };
}

it('finds nothing wrong with a running server, and ends with 0', async () => {
  await using server = await startTestServer();
  const env = {
    ROLLCALL_DATABASE_URL: server.config.databaseUrl,
    ROLLCALL_SECRET: SECRET,
    NODE_ENV: 'production',
  };
  const { exitCode, said } = await doctor(env);
  expect(said).toEqual([]);
  // The disk of a machine on which tests run may be nearly full.
  expect([0, 1]).toContain(exitCode);
  expect(readdirSync(join(server.config.databaseUrl.slice('sqlite:'.length), '..'))).not.toContain(
    'rollcall.secret',
  );
});

it('ends with 1 for risks and 2 for what is wrong, which it says first', async () => {
  const { env } = await installation();
  const risks = await doctor({ ...env, ROLLCALL_ALLOWED_ORIGINS: '*' });
  expect(risks.exitCode).toBe(1);
  expect(risks.said).toEqual([
    expect.stringMatching(/^risk settings: ROLLCALL_ALLOWED_ORIGINS is \*: every web page/),
  ]);
  const both = await doctor({ ...env, ROLLCALL_ALLOWED_ORIGINS: '*', ROLLCALL_HOST: '0.0.0.0' });
  expect(both.exitCode).toBe(2);
  expect(both.said).toEqual([
    expect.stringMatching(/^wrong settings: the network reaches 0\.0\.0\.0/),
    expect.stringMatching(/^risk settings: ROLLCALL_ALLOWED_ORIGINS/),
  ]);
  expect(both.found).toMatchObject({ type: 'doctor', wrong: 1 });
  const person = await rollcall(['doctor'], { env: { ...env, ROLLCALL_HOST: '0.0.0.0' }, terminal: true });
  expect(person.out).toMatch(/^WRONG {2}the network reaches/);
  expect((await rollcall(['doctor', '--json'], { env, terminal: true })).json()).toMatchObject([
    { type: 'doctor' },
  ]);
});

it('warns when webhooks may go to more places, or the metrics have more readers, than they should', async () => {
  const { env } = await installation();
  const saidOf = async (settings: Record<string, string>) => (await doctor({ ...env, ...settings })).said;
  const allowed = (networks: string) => saidOf({ ROLLCALL_WEBHOOK_ALLOWED_ADDRESSES: networks });
  expect(await allowed('10.0.0.0/8,fd00::/8,127.0.0.1')).toEqual([]);
  for (const networks of ['0.0.0.0/0', '10.0.0.5,169.254.0.0/16']) {
    expect(await allowed(networks)).toEqual([
      expect.stringMatching(/^risk settings: ROLLCALL_WEBHOOK_ALLOWED_ADDRESSES holds 169\.254\.169\.254/),
    ]);
  }
  const open = { ROLLCALL_METRICS_PORT: '9464', ROLLCALL_METRICS_HOST: '0.0.0.0' };
  expect(await saidOf(open)).toEqual([
    expect.stringMatching(
      /^risk settings: the network reaches the metrics at 0\.0\.0\.0:9464, without a token/,
    ),
  ]);
  expect(await saidOf({ ...open, ROLLCALL_METRICS_TOKEN: 'a-token-of-the-operators' })).toEqual([]);
  expect(await saidOf({ ROLLCALL_METRICS_PORT: '9464' })).toEqual([]);
  expect(await saidOf({ ROLLCALL_METRICS_HOST: '10.0.0.11' })).toEqual([
    expect.stringMatching(/^risk settings: ROLLCALL_METRICS_HOST is 10\.0\.0\.11, and no port listens there/),
  ]);
});

it('says every setting that is not accepted, and repeats no secret', async () => {
  const { exitCode, said } = await doctor({ ROLLCALL_PORT: 'x', ROLLCALL_SECRET: 'not-to-be-shown' });
  expect(exitCode).toBe(2);
  expect(said.map(line => line.split(':')[1]?.trim())).toEqual(['ROLLCALL_SECRET', 'ROLLCALL_PORT']);
  expect(said.join()).not.toContain('not-to-be-shown');
  const misspelt = await doctor({ ROLLCALL_PROT: '1' });
  expect(misspelt.said.join()).toMatch(/did you mean ROLLCALL_PORT\?$/);
});

it('says what is wrong with the secret, and makes none', async () => {
  const { env, file, secretFile } = await installation();
  const twice = await doctor({ ...env, ROLLCALL_SECRET: SECRET });
  expect(twice.said).toEqual([
    expect.stringContaining(`risk secret: ROLLCALL_SECRET is used, and ${secretFile} is not`),
  ]);
  const typed = await doctor({ ...env, ROLLCALL_SECRET: `k1:${'ab'.repeat(20)}` });
  expect(typed.said[0]).toContain('wrong secret: the key k1 of the secret can be guessed');
  expect(typed.said.join()).not.toContain('abab');
  await chmod(secretFile, 0o644);
  const open = await doctor(env);
  expect(open.said).toEqual([
    expect.stringContaining(`wrong secret: other users of this machine may read ${secretFile}`),
  ]);
  const lost = await installation();
  writeFileSync(`${lost.secretFile}`, '');
  expect((await doctor(lost.env)).said).toEqual([expect.stringContaining('wrong secret:')]);
  const other = join(await temporaryFolder(), 'rollcall.sqlite');
  copyFileSync(file, other);
  await chmod(other, 0o600);
  const none = await doctor({ ROLLCALL_DATABASE_URL: `sqlite:${other}` });
  expect(none.said).toEqual([expect.stringContaining('risk secret: there is no secret for the database')]);
  expect(existsSync(join(other, '../rollcall.secret'))).toBe(false);
});

it('says that guests are let in in production, and that its own token never expires', async () => {
  await using server = await startTestServer();
  const env = {
    ROLLCALL_DATABASE_URL: server.config.databaseUrl,
    ROLLCALL_SECRET: SECRET,
    NODE_ENV: 'production',
  };
  await rollcall(['guests', 'allow'], { server });
  const { out } = await rollcall(['token', '--server', '--expires-in', 'never'], { server });
  const { said } = await doctor({ ...env, ROLLCALL_TOKEN: out.trim() });
  expect(said).toEqual([
    expect.stringContaining('risk guests: guests are let in'),
    expect.stringContaining('risk token: ROLLCALL_TOKEN is a server token that never expires'),
  ]);
});

it('looks for the last backup where it is told to', async () => {
  const { env } = await installation();
  const folder = await temporaryFolder();
  const { said } = await doctor(env, ['--backups', folder]);
  expect(said).toEqual([expect.stringContaining(`risk backups: there is no backup in ${folder}`)]);
  expect((await rollcall(['backup', folder], { env })).exitCode).toBe(0);
  expect((await doctor(env, ['--backups', folder])).said).toEqual([]);
});

it('says that a product cannot be used, and looks at the rest all the same', async () => {
  const { env } = await installation();
  const command = start(['doctor'], {
    env: { ...env, ROLLCALL_PRODUCTS: './none.js', ROLLCALL_ALLOWED_ORIGINS: '*' },
  });
  expect(await command.exitCode).toBe(2);
  expect(command.out()).toContain('the module \\"./none.js\\" cannot be used');
  expect(command.out()).toContain('ROLLCALL_ALLOWED_ORIGINS');
});
