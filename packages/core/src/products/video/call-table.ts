import { type JsonObject, RollcallError } from '@rollcall/protocol';
import sql, { empty, raw, type Sql } from 'sql-template-tag';
import { defineTable } from '../../database/table.js';
import type { Transaction, WriteTransaction } from '../../database/unit-of-work.js';
import { isBeingDeleted } from '../cascade-table.js';
import type { Viewer } from '../viewer.js';

/** A call as it is stored. */
export interface CallRow {
  /** `<type>:<id>`. */
  cid: string;
  type: string;
  id: string;
  created_by_id?: string;
  /**
   * How many people have ever been members. A call of two is 1:1 and follows either of them when they are deleted; with
   * a third it is a group call for ever, whoever of them is gone by now.
   */
  people: number;
  custom: JsonObject;
  started_at?: number;
  ended_at?: number;
  created_at: number;
  updated_at: number;
  deleted_at?: number;
  /** `deletion`: with a member who may come back. `forgotten`: with a member who is gone for good. */
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
  /** When it joined the last time. */
  joined_at?: number;
  left_at?: number;
  created_at: number;
  /**
   * Whether this 1:1 call was deleted, softly, with this member. The call is back when that holds of neither member any
   * more.
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

/** Whether a call is 1:1: the only kind that follows its members. */
export const IS_ONE_TO_ONE: Sql = sql`calls.people = 2`;

/** Whether a row of `calls` is in sight at all: not deleted, and not about to be with one of its two members. */
export const IS_IN_SIGHT: Sql = sql`calls.deleted_at IS NULL AND NOT (${IS_ONE_TO_ONE} AND EXISTS (
  SELECT 1 FROM call_members WHERE call_members.cid = calls.cid AND ${isBeingDeleted('call_members.user_id', 'calls')}
))`;

/** Whether a row of `calls` is one of those that a viewer may see: a user sees those that it is a member of. */
export function mayBeSeenBy(viewer: Viewer): Sql {
  return viewer.kind === 'server' ? sql`true` : isCallOf(viewer.userId);
}

/** Whether a user is a member of a row of `calls`. */
export function isCallOf(userId: string): Sql {
  return sql`calls.cid IN (SELECT cid FROM call_members WHERE user_id = ${userId})`;
}

/** A call that a viewer may see. @throws RollcallError `NOT_FOUND`, whether there is none or it is not for the viewer. */
export function findCall(transaction: Transaction, viewer: Viewer, cid: string): Promise<CallRow> {
  return select(transaction, { viewer, cid, lock: empty });
}

/** The same, and nobody else changes the call or its members before this transaction ends. */
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
