import { RollcallError } from '@rollcall/protocol';
import { MIGRATIONS } from '../database/migrations/index.js';
import { productMigrations, type TableOwner } from '../database/product-migrations.js';
import type { CopySource } from './copy-source.js';

/**
 * The source must be at the very migrations that the target will be at.
 * @throws RollcallError `INPUT_INVALID` that says which differ and what to do.
 */
export async function checkSource(source: CopySource, owners: readonly TableOwner[]): Promise<void> {
  const known = [
    ...MIGRATIONS.map(one => new one().name),
    ...productMigrations(owners).map(({ name }) => name),
  ];
  const ran = await source.migrations();
  const missing = known.filter(name => name === undefined || !ran.includes(name));
  if (missing.length > 0) {
    throw refusedSource(
      `the source has not run the migrations ${missing.join(', ')}; stop its server, run \`rollcall migrate\` on the source, and start its server again`,
    );
  }
  const foreign = ran.filter(name => !known.includes(name));
  if (foreign.length > 0) {
    throw refusedSource(
      `the source has run migrations that nobody here knows: ${foreign.join(', ')}; name its products in ROLLCALL_PRODUCTS, and copy with the version of its server`,
    );
  }
}

function refusedSource(message: string): RollcallError {
  return new RollcallError('INPUT_INVALID', `${message}; nothing was copied`, { field: 'from' });
}
