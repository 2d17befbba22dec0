import { RollcallError } from '@rollcall/protocol';
import sql from 'sql-template-tag';
import { insertRows } from '../../database/table.js';
import type { WriteTransaction } from '../../database/unit-of-work.js';
import { loadActor, type Viewer } from '../viewer.js';
import { type CallRow, callMemberTable, findCallForUpdate } from './call-table.js';
import { requireCallees } from './create-call.js';

/** A member of a call. */
export interface CallParticipant {
  cid: string;
  userId: string;
}

/**
 * Adds the member to the call. The first member to join starts the call. A member who is already in the call stays as
 * it is.
 * @throws RollcallError `NOT_FOUND` for a user who is not a member, `INPUT_INVALID` for a call that has ended,
 * `USER_BANNED` and the like.
 */
export async function joinCall(
  transaction: WriteTransaction,
  { cid, userId }: CallParticipant,
): Promise<CallRow> {
  await loadActor(transaction, userId, { field: 'user_id' });
  const call = await findCallForUpdate(transaction, { kind: 'user', userId }, cid);
  refuseEnded(call);
  await transaction.query(
    sql`UPDATE call_members SET joined_at = ${transaction.now}, left_at = NULL
      WHERE cid = ${cid} AND user_id = ${userId} AND (joined_at IS NULL OR left_at IS NOT NULL)`,
  );
  if (call.started_at !== undefined) return call;
  await transaction.query(
    sql`UPDATE calls SET started_at = ${transaction.now}, updated_at = ${transaction.now} WHERE cid = ${cid}`,
  );
  return { ...call, started_at: transaction.now, updated_at: transaction.now };
}

/**
 * Takes a member out of the call. A member who is not in the call stays as it is.
 * @throws RollcallError `NOT_FOUND` for a user who is not a member.
 */
export async function leaveCall(
  transaction: WriteTransaction,
  { cid, userId }: CallParticipant,
): Promise<CallRow> {
  const call = await findCallForUpdate(transaction, { kind: 'user', userId }, cid);
  await transaction.query(
    sql`UPDATE call_members SET left_at = ${transaction.now}
      WHERE cid = ${cid} AND user_id = ${userId} AND joined_at IS NOT NULL AND left_at IS NULL`,
  );
  return call;
}

/** @throws RollcallError `INPUT_INVALID` for a call that has ended. */
function refuseEnded({ cid, ended_at }: CallRow): void {
  if (ended_at === undefined) return;
  throw new RollcallError('INPUT_INVALID', `cid: the call "${cid}" has ended; create another one`, {
    field: 'cid',
  });
}

/**
 * Ends a call, for its maker or a back end. A call that has already ended stays as it is.
 * @throws RollcallError `NOT_FOUND`, `NOT_ALLOWED` for a member who did not make the call, or `USER_BANNED` for the
 * user who ends it.
 */
export async function endCall(
  transaction: WriteTransaction,
  viewer: Viewer,
  { cid }: { cid: string },
): Promise<CallRow> {
  if (viewer.kind === 'user') await loadActor(transaction, viewer.userId, { field: 'user_id' });
  const call = await findCallForUpdate(transaction, viewer, cid);
  if (viewer.kind === 'user' && viewer.userId !== call.created_by_id) {
    throw new RollcallError('NOT_ALLOWED', `cid: only the user who made the call "${cid}" can end it`, {
      field: 'cid',
    });
  }
  if (call.ended_at !== undefined) return call;
  await transaction.query(
    sql`UPDATE calls SET ended_at = ${transaction.now}, updated_at = ${transaction.now} WHERE cid = ${cid}`,
  );
  return { ...call, ended_at: transaction.now, updated_at: transaction.now };
}

/**
 * Adds members, for a member or a back end. A user who is already a member stays as it is. A third member turns a 1:1
 * call into a group call, permanently.
 * @throws RollcallError `NOT_FOUND`, `INPUT_INVALID` for a call that has ended, `USER_NOT_FOUND` or `USER_DELETED` for
 * a new member, `USER_BANNED` for the user who adds.
 */
export async function addCallMembers(
  transaction: WriteTransaction,
  viewer: Viewer,
  { cid, members }: { cid: string; members: readonly string[] },
): Promise<CallRow> {
  if (viewer.kind === 'user') await loadActor(transaction, viewer.userId, { field: 'user_id' });
  await requireCallees(transaction, viewer, members);
  const call = await findCallForUpdate(transaction, viewer, cid);
  refuseEnded(call);
  const cells = await transaction.query(
    sql`SELECT user_id FROM call_members
      WHERE cid = ${cid} AND user_id IN (${transaction.dialect.values(members)})`,
  );
  const present = new Set(cells.map(cell => cell.user_id));
  const added = members.filter(member => !present.has(member));
  if (added.length === 0) return call;
  await insertRows(
    transaction,
    callMemberTable,
    added.map(user_id => ({ cid, user_id, created_at: transaction.now, deleted: false })),
  );
  const people = call.people + added.length;
  await transaction.query(
    sql`UPDATE calls SET people = ${people}, updated_at = ${transaction.now} WHERE cid = ${cid}`,
  );
  return { ...call, people, updated_at: transaction.now };
}
