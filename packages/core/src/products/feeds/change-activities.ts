import { randomUUID } from 'node:crypto';
import { RollcallError } from '@rollcall/protocol';
import type { ParsedAddActivity } from '@rollcall/protocol/schemas';
import sql, { raw } from 'sql-template-tag';
import { insertRows } from '../../database/table.js';
import type { WriteTransaction } from '../../database/unit-of-work.js';
import { findUsers } from '../../users/find-users.js';
import { loadActor, tenantOfViewer, type Viewer } from '../../users/viewer.js';
import {
  type ActivityRow,
  activityNotFound,
  activityTable,
  findActivityForUpdate,
} from './activity-table.js';
import { seesActor } from './query-activities.js';

/** A parsed `addActivity`, with the user whose activity it is. */
export type NewActivity = Omit<ParsedAddActivity, 'user_id'> & { user_id: string };

/**
 * Adds an activity. If the same actor has already used the id, the answer is the stored activity, unchanged.
 * @throws RollcallError `INPUT_INVALID` for an id that is taken, `USER_BANNED` and the like for the actor.
 */
export async function addActivity(
  transaction: WriteTransaction,
  { user_id, id = randomUUID(), verb, object, custom }: NewActivity,
): Promise<ActivityRow> {
  await loadActor(transaction, user_id, { field: 'user_id' });
  await transaction.lock([`activity:${id}`]);
  const stored = await findStored(transaction, id);
  if (stored) {
    // A pruned activity no longer holds its data, so it cannot be the answer.
    if (stored.actor_id === user_id && !stored.pruned) return stored;
    throw new RollcallError('INPUT_INVALID', `id: "${id}" is taken; choose another id`, { field: 'id' });
  }
  const row: ActivityRow = {
    id,
    actor_id: user_id,
    verb,
    object,
    custom,
    pruned: false,
    created_at: transaction.now,
  };
  await insertRows(transaction, activityTable, [row]);
  return row;
}

/**
 * Removes an activity, for its actor or a back end. An activity that was already removed stays as it is.
 * @throws RollcallError `NOT_FOUND`, `NOT_ALLOWED` for another user's activity, or `USER_BANNED` for the user who
 * removes it.
 */
export async function removeActivity(
  transaction: WriteTransaction,
  viewer: Viewer,
  { id }: { id: string },
): Promise<ActivityRow> {
  if (viewer.kind === 'user') await loadActor(transaction, viewer.userId, { field: 'user_id' });
  const row = await findActivityForUpdate(transaction, id);
  if (viewer.kind === 'user' && viewer.userId !== row.actor_id) {
    const tenant = await tenantOfViewer(transaction, viewer);
    const actor = (await findUsers(transaction, [row.actor_id])).get(row.actor_id);
    const inSight = row.deleted_at === undefined && seesActor({ tenant, userId: viewer.userId }, actor);
    if (!inSight) throw activityNotFound(id);
    throw new RollcallError('NOT_ALLOWED', `id: the activity "${id}" belongs to another user`, {
      field: 'id',
    });
  }
  if (row.deleted_at !== undefined) return row;
  await transaction.query(
    sql`UPDATE activities SET deleted_at = ${transaction.now}, deleted_with = 'activity' WHERE id = ${id}`,
  );
  return { ...row, deleted_at: transaction.now, deleted_with: 'activity' };
}

async function findStored(transaction: WriteTransaction, id: string): Promise<ActivityRow | undefined> {
  const [cells] = await transaction.query(
    sql`SELECT ${raw(activityTable.columnList)} FROM activities WHERE id = ${id}`,
  );
  return cells && activityTable.decode(cells, transaction.dialect);
}
