import { migrateDatabase, parseDatabaseUrl } from '@rollcall/core';
import type { Config } from './config/config.js';
import { loadProducts } from './config/load-products.js';

/**
 * Brings the schema of the configured database up to date without starting a server, with the tables of the
 * operator's own products.
 * @returns the names of the migrations that ran; none when it was up to date.
 * @throws RollcallError `UNAVAILABLE` when another process uses an embedded database, or it is damaged; for a product what
 * `loadProducts` throws, before anything is opened.
 */
export async function migrate(config: Pick<Config, 'databaseUrl' | 'products'>): Promise<string[]> {
  const products = await loadProducts(config.products);
  return migrateDatabase(parseDatabaseUrl(config.databaseUrl), products);
}
