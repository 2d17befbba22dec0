/** Migrations while any number of processes start at once, or are killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServerClient } from '@rollcall/client/server';
import { freshDatabaseUrl, openSql, RUNS_WHOLE, type SqlConnection } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SECRET, SERVER_MAIN, startServerProcess } from '../support/processes/server-process.js';
import { seededRandom } from '../support/seeded-random.js';
import { until } from '../support/until.js';

const PROCESSES = 6;
const KILLS = RUNS_WHOLE ? 8 : 3;

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
