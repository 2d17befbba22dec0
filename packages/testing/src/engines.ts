import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { describe, inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
  }
}

/** One of the engines that every contract is tested on. */
export interface TestEngine {
  name: 'sqlite3' | 'better-sqlite3' | 'postgres';
  /** The URL of a new, empty database. */
  freshUrl(): Promise<string>;
}

const EMBEDDED = { sqlite3: 'sqlite', 'better-sqlite3': 'better-sqlite3' } as const;

const engines = (['sqlite3', 'better-sqlite3', 'postgres'] as const).map(
  (name): TestEngine => ({ name, freshUrl: () => freshDatabaseUrl(name) }),
);

/**
 * Declares the same tests once for each engine. `ROLLCALL_TEST_ENGINES`, a list with commas, narrows it down while one
 * works on something.
 */
export function describeOnEveryEngine(name: string, define: (engine: TestEngine) => void): void {
  describeOn(engines, name, define);
}

/** Declares tests of what only PostgreSQL has: several processes, and a server that can be lost. */
export function describeOnPostgres(name: string, define: (engine: TestEngine) => void): void {
  describeOn(
    engines.filter(engine => engine.name === 'postgres'),
    name,
    define,
  );
}

function describeOn(on: readonly TestEngine[], name: string, define: (engine: TestEngine) => void): void {
  const wanted = process.env.ROLLCALL_TEST_ENGINES?.split(',');
  for (const engine of on) {
    if (!wanted || wanted.includes(engine.name)) describe(`${name} [${engine.name}]`, () => define(engine));
  }
}

/** The URL of a new, empty database of an engine. For PostgreSQL the run needs `postgres-global-setup`. */
export function freshDatabaseUrl(name: TestEngine['name']): Promise<string> {
  return name === 'postgres' ? freshPostgres() : freshFile(name);
}

/** A new temporary folder. */
export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'rollcall-test-'));
}

async function freshFile(engine: keyof typeof EMBEDDED): Promise<string> {
  return `${EMBEDDED[engine]}:${join(await temporaryFolder(), 'rollcall.sqlite')}`;
}

function freshPostgres(): Promise<string> {
  return freshDatabaseOn(inject('postgresUrl'));
}

/** The URL of a new, empty database on a PostgreSQL server. */
export async function freshDatabaseOn(serverUrl: string): Promise<string> {
  const url = new URL(serverUrl);
  const name = `test_${randomBytes(6).toString('hex')}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${name}`);
  } finally {
    await client.end();
  }
  url.pathname = `/${name}`;
  return url.href;
}
