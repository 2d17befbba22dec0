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

const engines: TestEngine[] = [
  { name: 'sqlite3', freshUrl: () => freshFile('sqlite3') },
  { name: 'better-sqlite3', freshUrl: () => freshFile('better-sqlite3') },
  { name: 'postgres', freshUrl: freshPostgres },
];

/**
 * Declares the same tests once for each engine. `ROLLCALL_TEST_ENGINES`, a list with commas, narrows it down while one
 * works on something.
 */
export function describeOnEveryEngine(name: string, define: (engine: TestEngine) => void): void {
  const wanted = process.env.ROLLCALL_TEST_ENGINES?.split(',');
  for (const engine of engines) {
    if (!wanted || wanted.includes(engine.name)) describe(`${name} [${engine.name}]`, () => define(engine));
  }
}

/** One engine by its name, for a test about two of them. */
export function testEngine(name: TestEngine['name']): TestEngine {
  const engine = engines.find(one => one.name === name);
  if (!engine) throw new Error(`there is no engine ${name}`);
  return engine;
}

/** A new temporary folder. */
export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'rollcall-test-'));
}

async function freshFile(engine: keyof typeof EMBEDDED): Promise<string> {
  return `${EMBEDDED[engine]}:${join(await temporaryFolder(), 'rollcall.sqlite')}`;
}

function freshPostgres(): Promise<string> {
  return freshDatabase(inject('postgresUrl'));
}

/** The URL of a new, empty database on a PostgreSQL server. */
export async function freshDatabase(serverUrl: string): Promise<string> {
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
