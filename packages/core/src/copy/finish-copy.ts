import sql, { join } from 'sql-template-tag';
import { syncCustomIndexes } from '../query/custom-indexes.js';
import { readSettings } from '../settings/settings.js';
import type { CopiedTable } from './copied-table.js';
import { markFinished } from './copy-mark.js';
import type { CopyTarget } from './copy-target.js';
import { moveSequences } from './move-sequences.js';

/** Makes the indexes that the settings ask for. Once there, they grow with the rows and cost the last pass nothing. */
export async function syncIndexes(target: CopyTarget): Promise<void> {
  await target.write(async () => {
    const { indexed_custom_fields } = await readSettings(target);
    await syncCustomIndexes(target, indexed_custom_fields);
  });
}

/** Makes a database that has all rows one that a server can start on. */
export async function finishCopy(target: CopyTarget, plan: readonly CopiedTable[]): Promise<void> {
  await syncIndexes(target);
  await target.query(sql`ANALYZE ${join(plan.map(table => table.sql))}`);
  await target.write(async () => {
    // This commit is on the disk before it is acknowledged, and so is everything before it.
    await target.query(sql`SET LOCAL synchronous_commit = on`);
    await moveSequences(target);
    await markFinished(target, Date.now());
  });
}
