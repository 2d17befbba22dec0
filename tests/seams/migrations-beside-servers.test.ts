/** Migrations while any number of processes start, are killed, or serve calls on the schema before. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServerClient } from '@rollcall/client/server';
import { freshDatabaseUrl, openSql, type SqlConnection } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EventCollector } from '../support/event-collector.js';
import { seededRandom } from '../support/seeded-random.js';
import { SECRET, SERVER_MAIN, startServerProcess } from '../support/server-process.js';
import { until } from '../support/until.js';

const PROCESSES = 6;
const KILLS = 8;

let databaseUrl: string;
let sql: SqlConnection;

beforeEach(async () => {
  databaseUrl = await freshDatabaseUrl('postgres');
  sql = await openSql(databaseUrl);
});

afterEach(() => sql.close());

/** How often each migration is on record; an empty database has no record. */
async function recorded(): Promise<Map<string, number>> {
  const rows = await sql.query('SELECT name, count(*)::int AS times FROM migrations GROUP BY name');
  return new Map(rows.map(({ name, times }) => [String(name), Number(times)]));
}

async function connections(): Promise<number> {
  const rows = await sql.query(
    "SELECT 1 FROM pg_stat_activity WHERE application_name = 'rollcall' AND datname = current_database()",
  );
  return rows.length;
}

/** Every column of the schema, to compare one with another. */
async function schema(connection: SqlConnection): Promise<string[]> {
  const rows = await connection.query(
    `SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
      WHERE table_schema = 'public' ORDER BY 1, 2`,
  );
  return rows.map(row => Object.values(row).join(' '));
}

it('runs each migration once when many processes start at the same moment on an empty database', async () => {
  const processes = await Promise.all(
    Array.from({ length: PROCESSES }, () => startServerProcess({ databaseUrl })),
  );
  const times = [...(await recorded()).values()];
  expect(times.length).toBeGreaterThanOrEqual(8);
  expect(new Set(times)).toEqual(new Set([1]));
  for (const { url } of processes) {
    const server = createServerClient({ url, secret: SECRET });
    await server.upsertUsers([{ id: `at-${new URL(url).port}` }]);
    await server.disconnect();
  }
  expect(await Promise.all(processes.map(process => process.stop()))).toEqual(processes.map(() => 0));
});

it('leaves nothing half when the process that migrates is killed, and the next one goes on', async () => {
  const random = seededRandom('killed migrations');
  const found: number[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    const env = {
      ...process.env,
      ROLLCALL_DATABASE_URL: databaseUrl,
      ROLLCALL_SECRET: SECRET,
      ROLLCALL_PORT: '0',
    };
    const child = spawn(process.execPath, [SERVER_MAIN], { env, stdio: ['ignore', 'ignore', 'ignore'] });
    await until('it has connected', async () => (await connections()) > 0);
    await new Promise(resolve => setTimeout(resolve, random() * 150));
    child.kill('SIGKILL');
    await once(child, 'exit');
    await until('its connections are closed', async () => (await connections()) === 0);
    found.push((await recorded().catch(() => new Map())).size);
  }
  console.log(`killed with so many migrations done: ${found.join(', ')}`);
  const last = await startServerProcess({ databaseUrl });
  expect(new Set((await recorded()).values())).toEqual(new Set([1]));
  const freshUrl = await freshDatabaseUrl('postgres');
  await (await startServerProcess({ databaseUrl: freshUrl })).stop();
  const fresh = await openSql(freshUrl);
  expect(await schema(sql)).toEqual(await schema(fresh));
  await fresh.close();
  expect(await last.stop()).toBe(0);
});

it('disturbs nobody who serves calls on the schema before, as long as it only adds', async () => {
  const processes = await Promise.all([
    startServerProcess({ databaseUrl }),
    startServerProcess({ databaseUrl }),
  ]);
  const clients = processes.map(({ url }) => createServerClient({ url, secret: SECRET }));
  const [here, there] = clients as [(typeof clients)[0], (typeof clients)[0]];
  const { position } = await here.queryUsers({}, [], { limit: 1 });
  const listeners = clients.map(client => new EventCollector(client, { lastEventId: position }));
  let stopped = false;
  let rounds = 0;
  /** All kinds of calls, each of which would notice a column that it does not know. */
  const work = async (client: typeof here, name: string) => {
    for (let round = 0; !stopped; round++) {
      const [id, other] = [`${name}-${round}`, `${name}-${round}-other`];
      await client.upsertUsers([{ id }, { id: other, color: 'red' }]);
      await client.partialUpdateUser({ id, set: { color: 'blue' } });
      await client.banUser(id, { reason: 'spam' });
      const members = [id, other];
      const channel = await client.api.chat.createChannel.mutate({
        type: 'chat',
        id,
        members,
        user_id: other,
      });
      await client.api.chat.sendMessage.mutate({ cid: channel.channel.cid, text: 'hello', user_id: other });
      const { task_id } = await client.deleteUsers([id], { user: 'soft', messages: 'soft' });
      await client.waitForTask(task_id);
      expect((await client.queryUsers({ id: other })).users).toHaveLength(1);
      rounds += 1;
    }
  };
  const working = Promise.all([work(here, 'here'), work(there, 'there')]);
  await until('both are at work', () => rounds >= 4, 30_000);

  const tables = await sql.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
  for (const { tablename } of tables) {
    // As a migration does: a lock that is not to be had soon is given up and asked for again.
    await until(`${tablename} has a column more`, () =>
      sql.query(`SET lock_timeout = 1000; ALTER TABLE ${tablename} ADD COLUMN later text`).then(
        () => true,
        () => false,
      ),
    );
  }
  await sql.query('SET lock_timeout = 0');
  await sql.query('CREATE TABLE later (id text PRIMARY KEY, user_id text)');
  await sql.query('CREATE INDEX CONCURRENTLY users_later ON users (later)');
  const before = rounds;
  await until('both go on', () => rounds >= before + 6, 30_000);
  stopped = true;
  await working;

  const [{ last } = {}] = await sql.query('SELECT last_seq AS last FROM event_stream');
  const from = Number(position.split('.')[1]);
  const expected = Array.from({ length: Number(last) - from }, (_, index) => from + index + 1);
  for (const listener of listeners) {
    await listener.count(expected.length);
    expect(listener.positions).toEqual(expected);
    await listener.stop();
  }
  for (const client of clients) await client.disconnect();
  expect(await Promise.all(processes.map(process => process.stop()))).toEqual([0, 0]);
});
