export { durationMs } from './duration.js';
export {
  describeOnceForEachDialect,
  describeOnEveryDialect,
  describeOnEveryEngine,
  describeOnPostgres,
  freshDatabaseUrl,
  type TestEngine,
} from './engines.js';
export { ENGINE_NAMES, freshDatabaseOn, temporaryFolder } from './fresh-database.js';
export { openSql, type SqlConnection } from './open-sql.js';
export { type PostgresPair, startPostgresPair } from './postgres-pair.js';
export { freePort, type PostgresServer, startPostgres } from './postgres-server.js';
export { type RestartablePostgres, startRestartablePostgres } from './restartable-postgres.js';
export { RUNS_WHOLE } from './whole.js';
