export {
  describeOnEveryEngine,
  describeOnPostgres,
  freshDatabaseOn,
  freshDatabaseUrl,
  type TestEngine,
  temporaryFolder,
} from './engines.js';
export { freePort, type PostgresServer, startPostgres } from './postgres-server.js';
export { type RestartablePostgres, startRestartablePostgres } from './restartable-postgres.js';
