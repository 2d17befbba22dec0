import { type JsonObject, RollcallError } from '@rollcall/protocol';
import sql, { empty, raw, type Sql } from 'sql-template-tag';
import { defineTable } from '../../database/table.js';
import type { Transaction, WriteTransaction } from '../../database/unit-of-work.js';
import type { Viewer } from '../../users/viewer.js';
import { isBeingDeleted } from '../cascade-table.js';

/** A call as it is stored. */
export interface CallRow {
  /** `<type>:<id>`. */
  cid: string;
  type: string;
  id: string;
  created_by_id?: string;
  /**
   * How many users have ever been members. A call of two is 1:1 and is deleted with either of them. With a third member
   * it becomes a group call and stays one, even after members are hard-deleted.
   */
  people: number;
  custom: JsonObject;
  started_at?: number;
  ended_at?: number;
  created_at: number;
  updated_at: number;
  deleted_at?: number;
  /** `deletion`: with a member who can come back. `forgotten`: with a member who was hard-deleted. */
  deleted_with?: 'deletion' | 'forgotten';
}

/** The calls. */
export const callTable = defineTable<CallRow>('calls', [
  { name: 'cid', kind: 'text', primary: true },
  { name: 'type', kind: 'text' },
  { name: 'id', kind: 'text' },
  { name: 'created_by_id', kind: 'text', nullable: true },
  { name: 'people', kind: 'integer' },
  { name: 'custom', kind: 'json' },
  { name: 'started_at', kind: 'integer', nullable: true },
  { name: 'ended_at', kind: 'integer', nullable: true },
  { name: 'created_at', kind: 'integer' },
  { name: 'updated_at', kind: 'integer' },
  { name: 'deleted_at', kind: 'integer', nullable: true },
  { name: 'deleted_with', kind: 'text', nullable: true },
]);

/** A member of a call as it is stored. */
export interface CallMemberRow {
  cid: string;
  user_id: string;
  /** When the member last joined. */
  joined_at?: number;
  left_at?: number;
  created_at: number;
  /**
   * Whether this 1:1 call was soft-deleted with this member. The call comes back when this is true of neither member.
   */
  deleted: boolean;
}

/** The members of calls. */
export const callMemberTable = defineTable<CallMemberRow>('call_members', [
  { name: 'cid', kind: 'text', primary: true },
  { name: 'user_id', kind: 'text', primary: true },
  { name: 'joined_at', kind: 'integer', nullable: true },
  { name: 'left_at', kind: 'integer', nullable: true },
  { name: 'created_at', kind: 'integer' },
  { name: 'deleted', kind: 'boolean' },
]);

/** Whether a call is 1:1. Only 1:1 calls are deleted with their members. */
export const IS_ONE_TO_ONE: Sql = sql`calls.people = 2`;

/** Whether a row of `calls` is visible: neither deleted nor about to be deleted with one of its two members. */
export const IS_IN_SIGHT: Sql = sql`calls.deleted_at IS NULL AND NOT (${IS_ONE_TO_ONE} AND EXISTS (
  SELECT 1 FROM call_members WHERE call_members.cid = calls.cid AND ${isBeingDeleted('call_members.user_id', 'calls')}
))`;

/** Whether a viewer may see a row of `calls`: a user sees the calls that it is a member of. */
export function mayBeSeenBy(viewer: Viewer): Sql {
  return viewer.kind === 'server' ? sql`true` : isCallOf(viewer.userId);
}

/** Whether a user is a member of a row of `calls`. */
export function isCallOf(userId: string): Sql {
  return sql`calls.cid IN (SELECT cid FROM call_members WHERE user_id = ${userId})`;
}

/**
 * A call that a viewer may see.
 * @throws RollcallError `NOT_FOUND` for a call that does not exist or that the viewer may not see.
 */
export function findCall(transaction: Transaction, viewer: Viewer, cid: string): Promise<CallRow> {
  return select(transaction, { viewer, cid, lock: empty });
}

/** Like `findCall`. It also locks the call and its members until this transaction ends. */
export function findCallForUpdate(
  transaction: WriteTransaction,
  viewer: Viewer,
  cid: string,
): Promise<CallRow> {
  return select(transaction, { viewer, cid, lock: transaction.dialect.forUpdate });
}

async function select(
  transaction: Transaction,
  { viewer, cid, lock }: { viewer: Viewer; cid: string; lock: Sql },
): Promise<CallRow> {
  const [cells] = await transaction.query(
    sql`SELECT ${raw(callTable.columnList)} FROM calls
      WHERE calls.cid = ${cid} AND ${IS_IN_SIGHT} AND ${mayBeSeenBy(viewer)}${lock}`,
  );
  if (cells) return callTable.decode(cells, transaction.dialect);
  throw new RollcallError('NOT_FOUND', `cid: there is no call "${cid}"`, { field: 'cid' });
}
