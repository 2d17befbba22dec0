import { type JsonObject, RollcallError } from '@rollcall/protocol';
import sql, { raw, type Sql } from 'sql-template-tag';
import { defineTable } from '../../database/table.js';
import type { WriteTransaction } from '../../database/unit-of-work.js';
import { isBeingDeleted } from '../cascade-table.js';

/** An activity as it is stored. */
export interface ActivityRow {
  id: string;
  actor_id: string;
  /** Absent after pruning, like `object`. */
  verb?: string;
  object?: string;
  custom: JsonObject;
  /** Whether its data was erased. It never comes back. */
  pruned: boolean;
  created_at: number;
  deleted_at?: number;
  /**
   * `activity`: it was deleted by itself. `deactivation`, `deletion`: it was deleted with its actor and comes back with
   * it.
   */
  deleted_with?: 'activity' | 'deactivation' | 'deletion';
}

/** The activities. */
export const activityTable = defineTable<ActivityRow>('activities', [
  { name: 'id', kind: 'text', primary: true },
  { name: 'actor_id', kind: 'text' },
  { name: 'verb', kind: 'text', nullable: true },
  { name: 'object', kind: 'text', nullable: true },
  { name: 'custom', kind: 'json' },
  { name: 'pruned', kind: 'boolean' },
  { name: 'created_at', kind: 'integer' },
  { name: 'deleted_at', kind: 'integer', nullable: true },
  { name: 'deleted_with', kind: 'text', nullable: true },
]);

/** Whether a deletion of the actor of a row of `activities` is under way that includes its activities. */
const GOES_WITH_ITS_ACTOR: Sql = isBeingDeleted('activities.actor_id', 'messages');

/** Whether a row of `activities` is visible: neither deleted nor about to be deleted with its actor. */
export const IS_IN_SIGHT: Sql = sql`activities.deleted_at IS NULL AND NOT ${GOES_WITH_ITS_ACTOR}`;

/**
 * Loads and locks an activity that the caller is about to remove. It also finds an activity that was already removed by
 * itself, so that the call can be repeated.
 * @throws RollcallError `NOT_FOUND`
 */
export async function findActivityForUpdate(transaction: WriteTransaction, id: string): Promise<ActivityRow> {
  const { dialect } = transaction;
  const [cells] = await transaction.query(
    sql`SELECT ${raw(activityTable.columnList)} FROM activities
      WHERE activities.id = ${id} AND NOT ${GOES_WITH_ITS_ACTOR} AND activities.pruned = false
        AND (activities.deleted_with IS NULL OR activities.deleted_with = 'activity')${dialect.forUpdate}`,
  );
  if (cells) return activityTable.decode(cells, dialect);
  throw activityNotFound(id);
}

/** The error for an activity that does not exist or that the caller may not see. */
export function activityNotFound(id: string): RollcallError {
  return new RollcallError('NOT_FOUND', `id: there is no activity "${id}"`, { field: 'id' });
}
