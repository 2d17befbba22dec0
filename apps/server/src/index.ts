export { type Config, type EnvironmentVariables, loadConfig } from './config.js';
export { type CopyReport, copy } from './copy.js';
export { describeConfig } from './describe-config.js';
export { loadProducts } from './load-products.js';
export { migrate } from './migrate.js';
export { type HostProcess, runServer } from './run-server.js';
export { type Environment, SETTINGS, type Setting } from './settings-table.js';
export { signingKeysOf } from './signing-keys-of.js';
export { type RunningServer, startServer } from './start-server.js';
