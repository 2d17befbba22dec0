import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

/** The engines that every contract is tested on. */
export const ENGINE_NAMES = ['sqlite3', 'better-sqlite3', 'postgres'] as const;

/** One of them. */
export type EngineName = (typeof ENGINE_NAMES)[number];

const SCHEMES = { sqlite3: 'sqlite', 'better-sqlite3': 'better-sqlite3' } as const;

/** The engines that tests run on: those of `ROLLCALL_TEST_ENGINES`, a list with commas, or all. */
export const WANTED_ENGINES: readonly EngineName[] = ENGINE_NAMES.filter(
  name => process.env.ROLLCALL_TEST_ENGINES?.split(',').includes(name) ?? true,
);

/** A new temporary folder. */
export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'rollcall-test-'));
}

/** The URL of an embedded database that is not there yet, in a folder of its own. */
export async function freshFile(engine: keyof typeof SCHEMES): Promise<string> {
  return `${SCHEMES[engine]}:${join(await temporaryFolder(), 'rollcall.sqlite')}`;
}

/**
 * The URL of a new database on a PostgreSQL server.
 * @param template a database that nobody is connected to, of which it is a copy; by default it is empty.
 */
export async function freshDatabaseOn(serverUrl: string, template?: string): Promise<string> {
  const url = new URL(serverUrl);
  const name = `test_${randomBytes(6).toString('hex')}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${name}${template ? ` TEMPLATE ${template}` : ''}`);
  } finally {
    await client.end();
  }
  url.pathname = `/${name}`;
  return url.href;
}
