import {
  type CopyOptions,
  type CopyResult,
  copyInstallation,
  parseDatabaseUrl,
  parseSigningKeys,
} from '@rollcall/core';
import type { Config } from './config/config.js';
import { loadProducts } from './config/load-products.js';
import { readSecret, secretFileOf } from './config/secret-file.js';

/** What became of a copy, and what the servers of the target need beside the database. */
export interface CopyReport extends CopyResult {
  /** The secret that is kept beside the source: its file and the names of its keys, null for a key without one. */
  secret?: { file: string; keyIds: (string | null)[] };
}

/**
 * Copies an embedded installation to PostgreSQL, with the tables of the operator's own products. The secret is in no
 * database and is not copied: servers on PostgreSQL take it from `ROLLCALL_SECRET`.
 * @throws RollcallError as `copyInstallation`; for a product what `loadProducts` throws, before anything is opened.
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
