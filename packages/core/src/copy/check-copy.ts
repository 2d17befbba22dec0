import { setTimeout as sleep } from 'node:timers/promises';
import { RollcallError } from '@rollcall/protocol';
import { raw } from 'sql-template-tag';
import { MIGRATIONS } from '../database/migrations/index.js';
import { productMigrations, type TableOwner } from '../database/product-migrations.js';
import { quotedName, staysBehind } from './copied-table.js';
import { readCopyMark } from './copy-mark.js';
import type { CopySource } from './copy-source.js';
import type { CopyTarget } from './copy-target.js';

/**
 * Checks that the source has run exactly the migrations that the target will have run.
 * @throws RollcallError `INPUT_INVALID` that says which migrations differ and what to do.
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
      `the source has run migrations that are unknown here: ${foreign.join(', ')}; name its products in ROLLCALL_PRODUCTS, and copy with the version of its server`,
    );
  }
}

function refusedSource(message: string): RollcallError {
  return new RollcallError('INPUT_INVALID', `${message}; nothing was copied`, { field: 'from' });
}

/**
 * How often to look. A connection that was closed a moment ago is still in the list. A connection that was lost holds its
 * locks until PostgreSQL has ended its process, which is after the client was told: a copy that is repeated at once meets
 * them.
 */
const LOOKS = 10;
const BETWEEN_LOOKS_MS = 200;

/** Tables with a row that a migration makes, and the condition by which that row is still as it was made. */
const UNTOUCHED: Readonly<Record<string, string>> = {
  app_settings: "settings = '{}'",
  event_stream: 'last_seq = 0',
};

/**
 * Checks that the target is empty, or an unfinished copy of this source.
 * @param names the names of the tables that would be copied.
 * @throws RollcallError `INPUT_INVALID` that says what the target holds instead.
 */
export async function checkTarget(
  target: CopyTarget,
  names: readonly string[],
  epoch: string,
): Promise<void> {
  const present = new Map((await target.columns()).map(({ table }) => [table.toLowerCase(), table]));
  const mark = present.has('copies') ? await readCopyMark(target) : undefined;
  if (mark?.finished) throw refusedTarget('this database is a finished copy already');
  if (mark && mark.epoch !== epoch)
    throw refusedTarget('this database is an unfinished copy of another source');
  if (mark) return;
  for (const name of names) {
    const stored = present.get(name);
    if (stored === undefined || staysBehind(name)) continue;
    const untouched = UNTOUCHED[name] ?? 'false';
    const rows = await target.query(
      raw(`SELECT 1 FROM ${quotedName(stored)} WHERE NOT (${untouched}) LIMIT 1`),
    );
    if (rows.length > 0) throw refusedTarget(`this database is not empty: the table "${name}" has rows`);
  }
}

/** Takes the target for this copy. @throws RollcallError `UNAVAILABLE` while a server is connected to it, or another copy runs. */
export async function refuseCompany(target: CopyTarget): Promise<void> {
  if (!(await holdsSoon(() => target.takeForCopying())))
    throw occupied('another copy to this database is running, or was cut off less than half a minute ago');
  if (!(await holdsSoon(async () => (await target.serverConnections()) === 0)))
    throw occupied('a Rollcall server is connected to this database; stop it first');
}

async function holdsSoon(holds: () => Promise<boolean>): Promise<boolean> {
  for (let look = 1; ; look++) {
    if (await holds()) return true;
    if (look === LOOKS) return false;
    await sleep(BETWEEN_LOOKS_MS);
  }
}

function refusedTarget(message: string): RollcallError {
  return new RollcallError('INPUT_INVALID', `${message}; nothing was copied, name an empty database`, {
    field: 'to',
  });
}

function occupied(message: string): RollcallError {
  return new RollcallError('UNAVAILABLE', `${message}; nothing was copied`, { unrecoverable: true });
}
