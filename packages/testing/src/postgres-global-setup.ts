import type { TestProject } from 'vitest/node';
import { type EngineName, freshDatabaseOn, freshFile, WANTED_ENGINES } from './fresh-database.js';
import { describeMigrated } from './migrated-postgres.js';
import { startPostgresPair } from './postgres-pair.js';
import { startPostgres } from './postgres-server.js';

/**
 * For `globalSetup` of vitest: one PostgreSQL server for all test files of a run. With `ROLLCALL_TEST_REPLICA=on` it has a
 * replica, which the servers of the seams read from.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (process.env.ROLLCALL_TEST_REPLICA === 'on') {
    const pair = await startPostgresPair({ synchronous: false });
    project.provide('postgresUrl', pair.primaryUrl);
    project.provide('replicaUrl', pair.standbyUrl);
    return () => pair.stop();
  }
  const server = await startPostgres({ flushesToDisk: false });
  project.provide('postgresUrl', server.url);
  return () => server.stop();
}

/**
 * For a `globalSetup` that comes after this one: makes a database of every engine that is tested, of which tests take
 * copies.
 * @param migrate brings an empty database up to date, and lets go of it.
 */
export async function provideMigrated(
  project: TestProject,
  migrate: (url: string) => Promise<void>,
): Promise<void> {
  const files: Partial<Record<EngineName, string>> = {};
  for (const name of WANTED_ENGINES) {
    if (name === 'postgres') {
      const url = await freshDatabaseOn(project.getProvidedContext().postgresUrl);
      await migrate(url);
      project.provide('migratedPostgres', await describeMigrated(url));
    } else {
      files[name] = await freshFile(name);
      await migrate(files[name]);
    }
  }
  project.provide('migratedFiles', files);
}
