import { RollcallError } from '@rollcall/protocol';
import sql, { empty, raw, type Sql } from 'sql-template-tag';
import type { Transaction, WriteTransaction } from '../../database/unit-of-work.js';
import { isBeingDeleted } from '../hidden-content.js';
import type { Viewer } from '../viewer.js';
import { type CallRow, callTable } from './call-table.js';

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
