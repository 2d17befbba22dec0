import type { TestProject } from 'vitest/node';
import { startPostgres } from './postgres-server.js';

/** For `globalSetup` of vitest: one PostgreSQL server for all test files of a run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres();
  project.provide('postgresUrl', server.url);
  return () => server.stop();
}
