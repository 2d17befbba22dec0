import sql, { raw } from 'sql-template-tag';
import type { CopyTarget } from './copy-target.js';

/** Lets columns that count by themselves go on behind what was copied; a product may have one. */
export async function moveSequences(target: CopyTarget): Promise<void> {
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
