import { parseDatabaseUrl, renewLog as renewLogOf } from '@rollcall/core';
import { formatPosition } from '@rollcall/protocol';
import type { Config } from './config/config.js';

/**
 * Gives the event log of the configured database a new epoch, after a backup was restored.
 * @returns the position at which the log ends now.
 * @throws RollcallError `UNAVAILABLE` when another process uses an embedded database, or it is damaged or not up to date.
 */
export async function renewLog(config: Pick<Config, 'databaseUrl'>): Promise<string> {
  return formatPosition(await renewLogOf(parseDatabaseUrl(config.databaseUrl)));
}
