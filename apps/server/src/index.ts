export { type Config, type EnvironmentVariables, loadConfig } from './config/config.js';
export { describeConfig } from './config/describe-config.js';
export { loadProducts } from './config/load-products.js';
export type { Environment, Setting } from './config/setting.js';
export { SETTINGS } from './config/settings-table.js';
export { signingKeysOf } from './config/signing-keys.js';
export { type CopyReport, copy, migrate, renewLog } from './database-commands.js';
export { type HostProcess, runServer } from './run-server.js';
export { type RunningServer, startServer } from './start-server.js';
