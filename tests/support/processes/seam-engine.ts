import { freshDatabaseUrl, type TestEngine } from '@rollcall/testing';
import { inject } from 'vitest';

/** What the seams can be tested on: an engine, and how many servers stand before one database of it. */
const ENGINES = {
  sqlite3: { engine: 'sqlite3', processes: 1 },
  'better-sqlite3': { engine: 'better-sqlite3', processes: 1 },
  postgres: { engine: 'postgres', processes: 1 },
  'postgres-3': { engine: 'postgres', processes: 3 },
} as const satisfies Record<string, { engine: TestEngine['name']; processes: number }>;

const wanted = process.env.ROLLCALL_TEST_SEAM_ENGINE ?? 'sqlite3';
const chosen = Object.entries(ENGINES).find(([name]) => name === wanted)?.[1];
if (!chosen) {
  throw new Error(`ROLLCALL_TEST_SEAM_ENGINE is ${Object.keys(ENGINES).join(', ')}, and not "${wanted}"`);
}

/** How many processes a server of the seams is, by `ROLLCALL_TEST_SEAM_ENGINE`. */
export const SEAM_PROCESSES: number = chosen.processes;

/** The URL of a new, empty database of the engine that `ROLLCALL_TEST_SEAM_ENGINE` names; by default an SQLite file. */
export function freshSeamDatabase(): Promise<string> {
  return freshDatabaseUrl(chosen?.engine ?? 'sqlite3');
}

/** What a server on a database is started with where the tests have a replica of it (`ROLLCALL_TEST_REPLICA=on`). */
export function replicaSettings(databaseUrl: string): Record<string, string> {
  const replica = databaseUrl.startsWith('postgres') ? inject('replicaUrl') : undefined;
  if (replica === undefined) return {};
  const url = Object.assign(new URL(replica), { pathname: new URL(databaseUrl).pathname });
  return { ROLLCALL_DATABASE_READ_URLS: url.href };
}
