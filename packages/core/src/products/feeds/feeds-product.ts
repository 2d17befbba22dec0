import sql, { join, raw } from 'sql-template-tag';
import { readContentCursor, writeContentCursor } from '../../database/page-cursor.js';
import type { Transaction } from '../../database/unit-of-work.js';
import type { CascadeBatch, DeletionContext, ExportPage, Product } from '../product.js';
import { type ActivityRow, activityTable } from './activity-table.js';
import { deleteActivities, hideActivities, isToBeDeleted, showActivities } from './cascade-activities.js';

type Deletion = Pick<DeletionContext, 'modes' | 'eraseUser'>;

/** How activities follow their actor: as messages do, by the mode `messages`. */
export const feedsProduct: Product = {
  name: 'feeds',
  ofMessages: ['activities'],
  deactivate: context => hideActivities(context, 'deactivation'),
  reactivate: context => showActivities(context, 'deactivation'),
  delete: deleteBatch,
  restore: context => showActivities(context, 'deletion'),
  export: exportActivities,
  count,
};

/** Every activity names its actor, so no activity of a hard-deleted user can stay. */
function modeOf({ modes, eraseUser }: Deletion): Deletion['modes']['messages'] {
  return eraseUser ? 'hard' : modes.messages;
}

async function deleteBatch(context: DeletionContext): Promise<CascadeBatch> {
  const mode = modeOf(context);
  return mode === undefined ? { changed: {}, more: false } : deleteActivities(context, mode);
}

async function count(
  transaction: Transaction,
  { userIds, ...deletion }: Deletion & { userIds: readonly string[] },
): Promise<Record<string, number>> {
  const mode = modeOf(deletion);
  if (mode === undefined) return {};
  const [row] = await transaction.query(
    sql`SELECT count(*) AS activities FROM activities
      WHERE actor_id IN (${transaction.dialect.values(userIds)}) AND ${isToBeDeleted(mode)}`,
  );
  const activities = Number(row?.activities);
  return activities > 0 ? { activities } : {};
}

/** One page of a user's activities, oldest first, including deleted ones. Each is a record `activity`. */
async function exportActivities(
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
