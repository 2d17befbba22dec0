import {
  type CopyOptions,
  type CopyResult,
  copyInstallation,
  migrateStorage,
  parseDatabaseUrl,
  parseSigningKeys,
  renewLog as renewLogOf,
} from '@rollcall/core';
import { formatPosition } from '@rollcall/protocol';
import type { Config } from './config/config.js';
import { loadProducts } from './config/load-products.js';
import { readSecret, secretFileOf } from './config/signing-keys.js';

/**
 * Brings the schema of the configured database up to date without starting a server, including the tables of the
 * operator's own products.
 * @returns the names of the migrations that ran; an empty list when the schema was up to date.
 * @throws RollcallError `UNAVAILABLE` when another process uses an embedded database, or when the database is damaged; what
 * `loadProducts` throws, before anything is opened.
 */
export async function migrate(config: Pick<Config, 'databaseUrl' | 'products'>): Promise<string[]> {
  const products = await loadProducts(config.products);
  return migrateStorage(parseDatabaseUrl(config.databaseUrl), products);
}

/**
 * Gives the event log of the configured database a new epoch, after a backup was restored.
 * @returns the position at which the log ends now.
 * @throws RollcallError `UNAVAILABLE` when another process uses an embedded database, or when the database is damaged or not
 * up to date.
 */
export async function renewLog(config: Pick<Config, 'databaseUrl'>): Promise<string> {
  return formatPosition(await renewLogOf(parseDatabaseUrl(config.databaseUrl)));
}

/** The result of a copy, and what the servers of the target need besides the database. */
export interface CopyReport extends CopyResult {
  /** The secret that is kept beside the source: its file, and the names of its keys, null for a key without a name. */
  secret?: { file: string; keyIds: (string | null)[] };
}

/**
 * Copies an embedded installation to PostgreSQL, including the tables of the operator's own products. It does not copy the
 * secret, which is not in the database: servers on PostgreSQL take it from `ROLLCALL_SECRET`.
 * @throws RollcallError what `copyInstallation` throws; what `loadProducts` throws, before anything is opened.
 */
export async function copy(
  options: Omit<CopyOptions, 'products'> & Pick<Config, 'products'>,
): Promise<CopyReport> {
  const products = await loadProducts(options.products);
  const result = await copyInstallation({ ...options, products });
  const address = parseDatabaseUrl(options.from);
  if (address.engine === 'postgres') return result;
  const file = secretFileOf(address.file);
  const secret = await readSecret(file);
  if (secret === undefined) return result;
  return { ...result, secret: { file, keyIds: parseSigningKeys(secret).map(({ kid }) => kid ?? null) } };
}
