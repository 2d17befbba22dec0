/** `rollcall migrate`, for those who migrate apart from the servers. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServerClient } from '@rollcall/client/server';
import { freshDatabaseUrl, openSql, RUNS_WHOLE, temporaryFolder } from '@rollcall/testing';
import { beforeEach, expect, it } from 'vitest';
import { EventCollector } from '../support/listeners/event-collector.js';
import { SECRET, startServerProcess } from '../support/processes/server-process.js';
import { until } from '../support/until.js';

const BIN = fileURLToPath(new URL('../../apps/cli/bin/rollcall.js', import.meta.url));
const EXAMPLE = new URL('../../examples/bookmarks/bookmarks.js', import.meta.url).href;

/** A product of an operator with these migrations, as a module. */
async function productWith(migrations: string): Promise<string> {
  const module = join(await temporaryFolder(), 'product.mjs');
  const text = `
    import bookmarks from '${EXAMPLE}';
    const product = { ...bookmarks, migrations: [...bookmarks.migrations, ...${migrations}] };
    export { product as default };
  `;
  await writeFile(module, text);
  return module;
}

/** A migration that takes its time between two tables. */
const SLOW = `[{
  timestamp: Date.UTC(2100, 0, 1),
  name: 'Slow',
  async up(run) {
    await run('CREATE TABLE slow_first (id bigint)');
    await run('SELECT pg_sleep(2)');
    await run('CREATE TABLE slow_second (id bigint)');
  },
}]`;

/** What a later version might bring along for each of these tables: nothing that is there is taken away. */
const later = (tables: readonly string[]) => `${JSON.stringify(tables)}.map((table, index) => ({
  timestamp: Date.UTC(2100, 0, 1) + index,
  name: 'Later-' + table.replaceAll('_', '-'),
  async up(run) {
    await run('ALTER TABLE ' + table + ' ADD COLUMN later_text text');
    await run('ALTER TABLE ' + table + ' ADD COLUMN later_number bigint NOT NULL DEFAULT 7');
    await run('CREATE TABLE later_' + table + ' (id text PRIMARY KEY NOT NULL)');
    await run('CREATE INDEX later_' + table + '_index ON ' + table + ' (later_number)');
  },
}))`;

let databaseUrl: string;

beforeEach(async () => {
  databaseUrl = await freshDatabaseUrl('postgres');
});

async function query(text: string): Promise<Record<string, unknown>[]> {
  const sql = await openSql(databaseUrl);
  const rows = await sql.query(text);
  await sql.close();
  return rows;
}

/** `rollcall migrate` in a process of its own. */
function migrating(env: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, [BIN, 'migrate'], {
    env: { PATH: process.env.PATH, ROLLCALL_DATABASE_URL: databaseUrl, ROLLCALL_SECRET: SECRET, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

async function exitCodeOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}

it('is killed in the middle of a migration: nothing of it is left, and the next run completes it', async () => {
  const module = await productWith(SLOW);
  const first = migrating({ ROLLCALL_PRODUCTS: module });
  await until('it is in the middle', async () => {
    const asleep = await query("SELECT 1 FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(2)'");
    return asleep.length === 1;
  });
  first.kill('SIGKILL');
  await exitCodeOf(first);
  // What the killed one had asked for still runs, and holds the lock until it has ended.
  expect(await exitCodeOf(migrating({ ROLLCALL_PRODUCTS: module }))).toBe(0);
  const made = await query("SELECT table_name FROM information_schema.tables WHERE table_name LIKE 'slow%'");
  expect(made.map(row => row.table_name).sort()).toEqual(['slow_first', 'slow_second']);
  expect(await query("SELECT 1 FROM migrations WHERE name LIKE '%Slow%'")).toHaveLength(1);
});

it('brings a later schema along under servers at work, and no call of theirs fails or waits for long', async () => {
  const env = { ROLLCALL_CLIENT_CALLS_PER_MINUTE: '100000' };
  const processes = await Promise.all([1, 2].map(() => startServerProcess({ databaseUrl, env })));
  const clients = processes.map(({ url }) => createServerClient({ url, secret: SECRET }));
  const [server] = clients as [(typeof clients)[0]];
  const begin = (await server.queryUsers({}, [], { limit: 1 })).position;
  const listeners = clients.map(client => new EventCollector(client, { lastEventId: begin }));
  let stopped = false;
  let calls = 0;
  let slowestMs = 0;
  const failures: string[] = [];
  const work = clients.map(async (client, number) => {
    for (let round = 0; !stopped; round++) {
      const id = `user-${number}-${round}`;
      const startedAt = performance.now();
      try {
        await client.upsertUsers([{ id, name: id }]);
        await client.partialUpdateUser({ id, set: { color: 'red' } });
        await client.queryUsers({ color: 'red' }, [{ field: 'created_at', direction: -1 }], { limit: 5 });
        if (round % 5 === 0)
          await client.waitForTask(
            (await client.deleteUsers([id], { user: 'hard', messages: 'hard', conversations: 'hard' }))
              .task_id,
          );
      } catch (error) {
        failures.push(String(error));
      }
      calls += 3;
      slowestMs = Math.max(slowestMs, performance.now() - startedAt);
    }
  });
  await until('everybody works', () => calls > 50);
  const undisturbedMs = slowestMs;
  const tables = (
    await query(
      "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_name <> 'migrations'",
    )
  )
    .map(row => String(row.table_name))
    .filter((table, index) => RUNS_WHOLE || table === 'users' || index % 4 === 0);
  const module = await productWith(later(tables));
  expect(await exitCodeOf(migrating({ ROLLCALL_PRODUCTS: module }))).toBe(0);
  expect(await query("SELECT 1 FROM migrations WHERE name LIKE '%Later%'")).toHaveLength(tables.length);
  const callsThen = calls;
  await until('the work has gone on', () => calls > callsThen + 50);
  // A process of this version that starts on the later schema is one that was rolled back.
  const rolledBack = await startServerProcess({ databaseUrl, env });
  const after = createServerClient({ url: rolledBack.url, secret: SECRET });
  await after.upsertUsers([{ id: 'rolled-back' }]);
  stopped = true;
  await Promise.all(work);
  expect(failures).toEqual([]);
  expect(slowestMs).toBeLessThan(5000 + 5 * undisturbedMs);
  console.log(
    `${calls} calls, ${tables.length} migrations; the slowest round took ${Math.round(slowestMs)} ms`,
  );
  const log = (await query('SELECT last_seq::int AS last FROM event_stream'))[0]?.last as number;
  for (const listener of listeners) {
    await listener.count(log);
    expect(listener.positions).toEqual(Array.from({ length: log }, (_, index) => index + 1));
    await listener.stop();
  }
  for (const client of [...clients, after]) await client.disconnect();
  for (const process of [...processes, rolledBack]) {
    expect(process.output()).not.toContain('"level":50');
    expect(await process.stop()).toBe(0);
  }
});

it('is needed before a server starts that does not migrate by itself', async () => {
  const env = { ROLLCALL_MIGRATE: 'off' };
  const refused = await startServerProcess({ databaseUrl, env }).catch((error: Error) => error.message);
  expect(refused).toContain('the database is not up to date: it lacks Directory0000000000001, ');
  expect(await query("SELECT 1 FROM pg_tables WHERE schemaname = 'public'")).toEqual([]);
  expect(await exitCodeOf(migrating())).toBe(0);
  const server = await startServerProcess({ databaseUrl, env });
  expect(await server.stop()).toBe(0);
});
