import { RollcallError } from '@rollcall/protocol';
import sql from 'sql-template-tag';
import type { WriteTransaction } from '../../database/unit-of-work.js';
import { loadActor } from '../viewer.js';
import type { CallRow } from './call-table.js';
import { findCallForUpdate } from './find-calls.js';

/** A member of a call, and the moment, in epoch milliseconds. */
export interface CallMove {
  cid: string;
  userId: string;
}

/**
 * A member joins; the first one starts the call. Who is in the call already stays as it is.
 * @throws RollcallError `NOT_FOUND` for everybody but members, `INPUT_INVALID` for a call that was ended, `USER_BANNED`
 * and the like.
 */
export async function joinCall(transaction: WriteTransaction, { cid, userId }: CallMove): Promise<CallRow> {
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

/** A member leaves. Who is not in the call stays as it is. @throws RollcallError `NOT_FOUND` for everybody but members. */
export async function leaveCall(transaction: WriteTransaction, { cid, userId }: CallMove): Promise<CallRow> {
  const call = await findCallForUpdate(transaction, { kind: 'user', userId }, cid);
  await transaction.query(
    sql`UPDATE call_members SET left_at = ${transaction.now}
      WHERE cid = ${cid} AND user_id = ${userId} AND joined_at IS NOT NULL AND left_at IS NULL`,
  );
  return call;
}

/** @throws RollcallError `INPUT_INVALID` for a call that was ended. */
export function refuseEnded({ cid, ended_at }: CallRow): void {
  if (ended_at === undefined) return;
  throw new RollcallError('INPUT_INVALID', `cid: the call "${cid}" was ended; make another`, {
    field: 'cid',
  });
}
