export {
  describeOnEveryEngine,
  freshDatabase,
  type TestEngine,
  temporaryFolder,
  testEngine,
} from './engines.js';
export { freePort, type PostgresServer, startPostgres } from './postgres-server.js';
