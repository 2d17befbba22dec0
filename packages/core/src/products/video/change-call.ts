import { RollcallError } from '@rollcall/protocol';
import sql from 'sql-template-tag';
import { isThere, requireReach, requireReachOfOther } from '../../blocks/may-reach.js';
import { insertRows } from '../../database/table.js';
import type { WriteTransaction } from '../../database/unit-of-work.js';
import { loadActor, type Viewer } from '../../users/viewer.js';
import { type CallRow, callMemberTable, findCallForUpdate } from './call-table.js';
import { placeOfCallee } from './create-call.js';

/** A member of a call. */
export interface CallParticipant {
  cid: string;
  userId: string;
}

/**
 * Adds the member to the call. The first member to join starts the call. A member who is already in the call stays as
 * it is.
 * @throws RollcallError `NOT_FOUND` for a user who is not a member, `INPUT_INVALID` for a call that has ended,
 * `NOT_ALLOWED` for a block between it and the only other one in the call, `USER_BANNED` and the like.
 */
export async function joinCall(
  transaction: WriteTransaction,
  { cid, userId }: CallParticipant,
): Promise<CallRow> {
  await loadActor(transaction, userId, { field: 'user_id' });
  const call = await findCallForUpdate(transaction, { kind: 'user', userId }, cid);
  refuseEnded(call);
  await refuseBlockedCall(transaction, call, userId);
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

/**
 * Refuses a user who would reach the other one over a block in a call of the two, even if others were in it before.
 * @throws RollcallError `NOT_ALLOWED`
 */
async function refuseBlockedCall(
  transaction: WriteTransaction,
  { cid }: CallRow,
  userId: string,
): Promise<void> {
  const cells = await transaction.query(
    sql`SELECT user_id FROM call_members WHERE cid = ${cid} AND user_id <> ${userId}
      AND ${isThere('call_members.user_id')} LIMIT 2`,
  );
  const others = cells.map(cell => cell.user_id as string);
  await requireReachOfOther(transaction, { userId, others }, { field: 'cid' });
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
 * a new member, `NOT_ALLOWED` for a block between the user who adds and a new member or the only other one in the call,
 * `USER_BANNED` for the user who adds.
 */
export async function addCallMembers(
  transaction: WriteTransaction,
  viewer: Viewer,
  { cid, members }: { cid: string; members: readonly string[] },
): Promise<CallRow> {
  if (viewer.kind === 'user') await loadActor(transaction, viewer.userId, { field: 'user_id' });
  const by = { viewer, ...(viewer.kind === 'user' && { userId: viewer.userId }) };
  await requireReach(transaction, by, { ids: members, placeOf: placeOfCallee });
  const call = await findCallForUpdate(transaction, viewer, cid);
  refuseEnded(call);
  // A third member must not give back what a block of the two has taken.
  if (viewer.kind === 'user') await refuseBlockedCall(transaction, call, viewer.userId);
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
