import { randomUUID } from 'node:crypto';
import { RollcallError } from '@rollcall/protocol';
import type { ParsedAddActivity } from '@rollcall/protocol/schemas';
import sql, { raw } from 'sql-template-tag';
import { insertRows } from '../../database/table.js';
import type { WriteTransaction } from '../../database/unit-of-work.js';
import { loadActor, type Viewer } from '../viewer.js';
import {
  type ActivityRow,
  activityNotFound,
  activityTable,
  findActivityForUpdate,
} from './activity-table.js';

/** An activity to add, and whose it is. */
export type NewActivity = Omit<ParsedAddActivity, 'user_id'> & { user_id: string };

/**
 * Adds an activity. With an id that the same actor has used, what is stored is the answer, unchanged.
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
    // One that was taken from its actor for good says nothing any more, so it cannot be an answer.
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
 * Removes an activity, for its actor or a back end. One that was removed already stays as it is.
 * @throws RollcallError `NOT_FOUND`, `NOT_ALLOWED` for somebody else's, or `USER_BANNED` for the user who removes.
 */
export async function removeActivity(
  transaction: WriteTransaction,
  viewer: Viewer,
  { id }: { id: string },
): Promise<ActivityRow> {
  if (viewer.kind === 'user') await loadActor(transaction, viewer.userId, { field: 'user_id' });
  const row = await findActivityForUpdate(transaction, id);
  if (viewer.kind === 'user' && viewer.userId !== row.actor_id) {
    if (row.deleted_at !== undefined) throw activityNotFound(id);
    throw new RollcallError('NOT_ALLOWED', `id: the activity "${id}" is somebody else's`, { field: 'id' });
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
