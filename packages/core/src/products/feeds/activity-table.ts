import { type JsonObject, RollcallError } from '@rollcall/protocol';
import sql, { raw, type Sql } from 'sql-template-tag';
import { defineTable } from '../../database/table.js';
import type { WriteTransaction } from '../../database/unit-of-work.js';
import { isBeingDeleted } from '../cascade-table.js';

/** An activity as it is stored. */
export interface ActivityRow {
  id: string;
  actor_id: string;
  /** Absent once it is pruned, like the object. */
  verb?: string;
  object?: string;
  custom: JsonObject;
  /** Whether what it said was taken away for good: it never comes back. */
  pruned: boolean;
  created_at: number;
  deleted_at?: number;
  /** `activity`: singly, by somebody. `deactivation`, `deletion`: with its actor, and it comes back with it. */
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

/** Whether the deletion of the actor of a row of `activities` is under way, with its activities. */
const GOES_WITH_ITS_ACTOR: Sql = isBeingDeleted('activities.actor_id', 'messages');

/** Whether a row of `activities` is in sight: neither deleted nor about to be with its actor. */
export const IS_IN_SIGHT: Sql = sql`activities.deleted_at IS NULL AND NOT ${GOES_WITH_ITS_ACTOR}`;

/**
 * An activity that somebody is about to remove; one that was removed singly is found again, so that the call can be
 * repeated. Nobody else changes it before this transaction ends.
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

/** The error for an activity that is not there, or not for whoever asks. */
export function activityNotFound(id: string): RollcallError {
  return new RollcallError('NOT_FOUND', `id: there is no activity "${id}"`, { field: 'id' });
}
