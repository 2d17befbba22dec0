export { describeOnEveryEngine, describeOnPostgres, type TestEngine, temporaryFolder } from './engines.js';
export { openSql, type SqlConnection } from './open-sql.js';
export { freePort, type PostgresServer, startPostgres } from './postgres-server.js';
