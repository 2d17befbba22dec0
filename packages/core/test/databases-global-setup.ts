import startPostgres, { provideMigrated } from '@rollcall/testing/postgres-global-setup';
import type { TestProject } from 'vitest/node';
import { parseDatabaseUrl } from '../src/database/database-address.js';
import { migrateDatabase } from '../src/database/open-database.js';

/** One PostgreSQL server for all test files, and a migrated database of every engine. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stop = await startPostgres(project);
  try {
    await provideMigrated(project, async url => {
      await migrateDatabase(parseDatabaseUrl(url), []);
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}
