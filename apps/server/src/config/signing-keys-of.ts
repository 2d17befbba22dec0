import { parseDatabaseUrl, parseSigningKeys, type SigningKey } from '@rollcall/core';
import { RollcallError } from '@rollcall/protocol';
import type { Config } from './config.js';
import { readOrMakeSecret, secretFileOf } from './secret-file.js';

/**
 * The keys that tokens are signed and checked with: those of the configuration, or the one kept beside an embedded
 * database, which is made now if there is none.
 * @throws RollcallError `INPUT_INVALID` when there is no secret and none can be made.
 */
export async function signingKeysOf(config: Pick<Config, 'databaseUrl' | 'secret'>): Promise<SigningKey[]> {
  if (config.secret !== undefined) return parseSigningKeys(config.secret);
  const address = parseDatabaseUrl(config.databaseUrl);
  if (address.engine === 'postgres') {
    throw new RollcallError('INPUT_INVALID', 'ROLLCALL_SECRET: PostgreSQL needs one', {
      field: 'ROLLCALL_SECRET',
    });
  }
  return parseSigningKeys(await readOrMakeSecret(secretFileOf(address.file)));
}
