export {
  describeOnEveryEngine,
  describeOnPostgres,
  freshDatabaseOn,
  freshDatabaseUrl,
  type TestEngine,
  temporaryFolder,
} from './engines.js';
export { openSql, type SqlConnection } from './open-sql.js';
export { freePort, type PostgresServer, startPostgres } from './postgres-server.js';
export { type RestartablePostgres, startRestartablePostgres } from './restartable-postgres.js';
