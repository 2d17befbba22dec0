import { migrateDatabase, parseDatabaseUrl } from '@rollcall/core';
import type { Config } from './config.js';

/**
 * Brings the schema of the configured database up to date without starting a server.
 * @returns the names of the migrations that ran; none when it was up to date.
 * @throws RollcallError `UNAVAILABLE` when another process uses an embedded database, or it is damaged.
 */
export function migrate(config: Pick<Config, 'databaseUrl'>): Promise<string[]> {
  return migrateDatabase(parseDatabaseUrl(config.databaseUrl));
}
