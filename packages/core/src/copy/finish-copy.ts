import sql, { join, raw } from 'sql-template-tag';
import { makeCustomIndexesAlone } from '../query/postgres/postgres-custom-index.js';
import { indexedFields } from '../settings/settings.js';
import type { CopiedTable } from './copied-table.js';
import { markFinished } from './copy-mark.js';
import type { CopyTarget } from './copy-target.js';

/** Makes the indexes that the settings ask for. If they exist before the last pass, it does not have to build them. */
export async function syncIndexes(target: CopyTarget): Promise<void> {
  await target.write(async () => {
    await makeCustomIndexesAlone(target, indexedFields);
  });
}

/** Prepares a database that has all rows, so that a server can start on it. */
export async function finishCopy(target: CopyTarget, plan: readonly CopiedTable[]): Promise<void> {
  await syncIndexes(target);
  await target.query(sql`ANALYZE ${join(plan.map(table => table.sql))}`);
  await target.write(async () => {
    // This commit, and all before it, reach the disk before it is acknowledged.
    await target.query(sql`SET LOCAL synchronous_commit = on`);
    await moveSequences(target);
    await markFinished(target, Date.now());
  });
}

/** Lets serial columns, which a product may have, continue after the copied values. */
async function moveSequences(target: CopyTarget): Promise<void> {
  const serials = await target.query(
    sql`SELECT quote_ident(tables.relname) AS table, quote_ident(columns.attname) AS column,
        pg_get_serial_sequence(quote_ident(tables.relname), columns.attname) AS sequence
      FROM pg_class AS tables JOIN pg_attribute AS columns ON columns.attrelid = tables.oid
      WHERE tables.relnamespace = current_schema()::regnamespace AND tables.relkind IN ('r', 'p')
        AND columns.attnum > 0 AND NOT columns.attisdropped
        AND pg_get_serial_sequence(quote_ident(tables.relname), columns.attname) IS NOT NULL`,
  );
  for (const { table, column, sequence } of serials) {
    await target.query(
      sql`SELECT setval(${sequence}, coalesce(max(${raw(String(column))}), 1), count(*) > 0) FROM ${raw(String(table))}`,
    );
  }
}
