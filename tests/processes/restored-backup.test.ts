import { execFile } from 'node:child_process';
import { copyFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import node from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { openSql, startPostgres, temporaryFolder } from '@rollcall/testing';
import { expect, it } from 'vitest';
import { EventCollector } from '../support/listeners/event-collector.js';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';
import { until } from '../support/until.js';

const BIN = fileURLToPath(new URL('../../apps/cli/bin/rollcall.js', import.meta.url));

const openFile = createRequire(import.meta.url)('better-sqlite3') as (file: string) => {
  exec(statement: string): void;
  close(): void;
};

const LISTENERS = 5;

async function write(server: ServerClient, ids: readonly string[]): Promise<void> {
  for (const id of ids) await server.upsertUsers([{ id }]);
}

const named = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index}`);

function listen(processes: readonly ServerProcess[]) {
  const clients = Array.from({ length: LISTENERS }, (_, index) =>
    createServerClient({ url: processes[index % processes.length]?.url ?? '', secret: SECRET }),
  );
  return { clients, listeners: clients.map(client => new EventCollector(client)) };
}

const created = (ids: readonly string[]) => ids.map(id => `user.created ${id}`);

/**
 * Everybody has been told once to read afresh. Who was told before all of the first users were there hears of the rest of
 * them, the others have read of them; and all hear of whatever happens then.
 */
async function expectOneResync(
  { server, listeners }: { server: ServerClient; listeners: readonly EventCollector[] },
  first: readonly string[],
): Promise<void> {
  await until('everybody reads afresh', () => listeners.every(({ names }) => names.includes('resync')));
  const news = named('news', 5);
  await write(server, news);
  for (const listener of listeners) {
    await until('it has heard of the last', () => listener.names.includes('user.created news-4'));
    const { names } = listener;
    expect(names.filter(name => name === 'resync')).toHaveLength(1);
    const told = names.slice(names.indexOf('resync') + 1);
    expect(told.length).toBeGreaterThanOrEqual(news.length);
    expect(told).toEqual(created([...first, ...news]).slice(-told.length));
    await listener.stop();
  }
}

it('tells the listeners of an embedded database once to read afresh, when a backup is restored and the log renewed', async () => {
  const file = join(await temporaryFolder(), 'rollcall.sqlite');
  const databaseUrl = `sqlite:${file}`;
  const process = await startServerProcess({ databaseUrl });
  const server = createServerClient({ url: process.url, secret: SECRET });
  const { clients, listeners } = listen([process]);
  await until('everybody listens', () => clients.every(one => one.connection.state.status === 'connected'));
  await write(server, named('before', 5));

  // While the server runs, as an operator makes a backup of it.
  const backup = `${file}.backup`;
  const reader = openFile(file);
  reader.exec(`VACUUM INTO '${backup}'`);
  reader.close();
  await write(server, named('lost', 10));
  for (const listener of listeners) await listener.count(15);

  expect(await process.stop()).toBe(0);
  for (const suffix of ['-wal', '-shm']) await rm(`${file}${suffix}`, { force: true });
  await copyFile(backup, file);
  const env = { ROLLCALL_DATABASE_URL: databaseUrl, ROLLCALL_SECRET: SECRET };
  const { stdout } = await promisify(execFile)(node.execPath, [BIN, 'renew-log'], { env });
  expect(stdout).toMatch(/^{"position":"[0-9a-f]{8}\.5"}\n$/);
  await process.restart();
  // More than was lost: every old position lies within the log by now.
  const after = named('after', 20);
  await write(server, after);
  await expectOneResync({ server, listeners }, after);
  for (const { names } of listeners) {
    expect(names.slice(0, 16)).toEqual([...created([...named('before', 5), ...named('lost', 10)]), 'resync']);
  }
  for (const client of [server, ...clients]) await client.disconnect();
  expect(await process.stop()).toBe(0);
});

it('finds out by itself that a backup was restored under running processes, and tells each listener once', async () => {
  const postgres = await startPostgres();
  const maintenance = await openSql(postgres.url);
  await maintenance.query('CREATE DATABASE live');
  const databaseUrl = postgres.url.replace(/\/postgres$/, '/live');
  const processes = await Promise.all([1, 2].map(() => startServerProcess({ databaseUrl })));
  const [here, there] = processes as [ServerProcess, ServerProcess];
  const server = createServerClient({ url: here.url, secret: SECRET });
  await write(server, named('before', 5));
  // A copy of a database is made while nobody is connected to it.
  for (const process of processes) await process.stop();
  await maintenance.query('CREATE DATABASE backup TEMPLATE live');
  for (const process of processes) await process.restart();

  const { clients, listeners } = listen(processes);
  await until('everybody listens', () => clients.every(one => one.connection.state.status === 'connected'));
  await write(server, named('lost', 10));
  for (const listener of listeners) await listener.count(10);

  // Both go on while the database is exchanged under them.
  await maintenance.query('ALTER DATABASE live ALLOW_CONNECTIONS false');
  await maintenance.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'live'");
  await maintenance.query('ALTER DATABASE live RENAME TO broken');
  await maintenance.query('ALTER DATABASE backup RENAME TO live');
  const after = named('after', 20);
  await until('a write is taken again', () =>
    write(server, after.slice(0, 1)).then(
      () => true,
      () => false,
    ),
  );
  await write(server, after.slice(1));
  await expectOneResync({ server, listeners }, after);
  const renewals = `${here.output()}\n${there.output()}`
    .split('\n')
    .filter(line => line.includes('the event log went back from'));
  expect(renewals).toHaveLength(1);
  for (const client of [server, ...clients]) await client.disconnect();
  for (const process of processes) expect(await process.stop()).toBe(0);
  await maintenance.close();
  await postgres.stop();
});
