import sql, { join, raw } from 'sql-template-tag';
import type { Transaction } from '../../database/unit-of-work.js';
import { readContentCursor, writeContentCursor } from '../content-cursor.js';
import type { ExportPage } from '../product.js';
import { type ActivityRow, activityTable } from './activity-table.js';

/** One page of the activities of a user, oldest first, deleted ones too: each a record `activity`. */
export async function exportActivities(
  transaction: Transaction,
  { userId, after, limit }: { userId: string; after?: string; limit: number },
): Promise<ExportPage> {
  const conditions = [sql`activities.actor_id = ${userId}`];
  if (after !== undefined) {
    const { created_at, key } = readContentCursor(after, []);
    conditions.push(sql`(activities.created_at, activities.id) > (${created_at}, ${key})`);
  }
  const cells = await transaction.query(
    sql`SELECT ${raw(activityTable.columnList)} FROM activities WHERE ${join(conditions, ' AND ')}
      ORDER BY activities.created_at, activities.id LIMIT ${limit + 1}`,
  );
  const rows = cells.slice(0, limit).map(one => activityTable.decode(one, transaction.dialect));
  const last = cells.length > limit ? rows.at(-1) : undefined;
  return {
    records: rows.map(toRecord),
    ...(last && { next: writeContentCursor({ created_at: last.created_at, key: last.id }, []) }),
  };
}

function toRecord({ pruned, deleted_with, ...row }: ActivityRow): ExportPage['records'][number] {
  const { verb, object, deleted_at, ...always } = row;
  return {
    kind: 'activity',
    ...always,
    ...(verb !== undefined && { verb }),
    ...(object !== undefined && { object }),
    ...(deleted_at !== undefined && { deleted_at }),
  };
}
