import pg from 'pg';
import { freshDatabaseOn } from './fresh-database.js';

/** What a migrated database looks like before anybody has used it. */
export interface MigratedPostgres {
  url: string;
  /** The tables, indexes, columns, constraints, triggers and functions, as one hash. */
  shape: string;
  /** The rows that the migrations put in, as JSON text, by table. */
  rows: Record<string, string>;
}

/** A table that is larger than this is truncated: that takes 2 ms, and deleted rows would change the plans of queries. */
const MAX_DELETED_BYTES = 64 * 1024;

/** How long the connections of a test may take to be gone after it has closed them. */
const GONE_MS = 1000;

const SHAPE = `
  SELECT md5(string_agg(part, ',' ORDER BY part)) AS shape FROM (
    SELECT format('%s %s %s %s', relname, relkind, attname, atttypid) AS part
      FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0
      WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT format('%s %s', conname, contype) FROM pg_constraint
    UNION ALL SELECT tgname::text FROM pg_trigger
    UNION ALL SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace
  ) AS parts`;

const TABLES = `
  SELECT quote_ident(relname) AS name, pg_relation_size(oid) AS bytes
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'`;

/** Describes a database that has just been migrated. */
export function describeMigrated(url: string): Promise<MigratedPostgres> {
  return connected(url, async client => {
    const rows: Record<string, string> = {};
    for (const { name } of (await client.query<{ name: string }>(TABLES)).rows) {
      const [all] = (
        await client.query<{ json: string | null }>(`SELECT json_agg(t)::text AS json FROM ${name} AS t`)
      ).rows;
      if (all?.json) rows[name] = all.json;
    }
    return { url, shape: await shapeOf(client), rows };
  });
}

/** Databases that tests of this process have given back. */
const givenBack: string[] = [];

/** For a database that no test uses any more: another test may have it, emptied. */
export function giveBack(url: string): void {
  givenBack.push(url);
}

/**
 * The URL of a database as `migrated` describes it: one that was given back and is emptied now, or else a new copy. To empty
 * one takes far less time than a copy, and hundreds of copies keep the server and the disk busy.
 */
export async function takeMigrated(serverUrl: string, migrated: MigratedPostgres): Promise<string> {
  for (let url = givenBack.shift(); url !== undefined; url = givenBack.shift()) {
    if (await connected(url, client => empty(client, migrated)).catch(() => false)) return url;
    await drop(serverUrl, url);
  }
  return freshDatabaseOn(serverUrl, nameOf(migrated.url));
}

/** @returns whether the database is as `migrated` describes it now. */
async function empty(client: pg.Client, migrated: MigratedPostgres): Promise<boolean> {
  if (!(await isAlone(client)) || (await shapeOf(client)) !== migrated.shape) return false;
  const tables = (await client.query<{ name: string; bytes: string }>(TABLES)).rows;
  const large = tables.filter(({ bytes }) => Number(bytes) > MAX_DELETED_BYTES);
  const small = tables.filter(({ bytes }) => Number(bytes) > 0 && Number(bytes) <= MAX_DELETED_BYTES);
  const statements = [
    ...(large.length > 0 ? [`TRUNCATE ${large.map(({ name }) => name).join(', ')}`] : []),
    ...small.map(({ name }) => `DELETE FROM ${name}`),
  ];
  await client.query(`BEGIN; ${statements.join('; ')}`);
  for (const [name, rows] of Object.entries(migrated.rows)) {
    await client.query(`INSERT INTO ${name} SELECT * FROM json_populate_recordset(NULL::${name}, $1)`, [
      rows,
    ]);
  }
  await client.query('COMMIT');
  return true;
}

/** A test that failed may have left something open, which would write into the database of another test. */
async function isAlone(client: pg.Client): Promise<boolean> {
  const deadline = performance.now() + GONE_MS;
  for (;;) {
    const { rows } = await client.query(
      'SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    if (rows.length === 0) return true;
    if (performance.now() > deadline) return false;
  }
}

async function shapeOf(client: pg.Client): Promise<string> {
  const [found] = (await client.query<{ shape: string }>(SHAPE)).rows;
  return found?.shape ?? '';
}

function drop(serverUrl: string, url: string): Promise<unknown> {
  return connected(serverUrl, client => client.query(`DROP DATABASE IF EXISTS ${nameOf(url)} WITH (FORCE)`));
}

async function connected<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function nameOf(url: string): string {
  return new URL(url).pathname.slice(1);
}
