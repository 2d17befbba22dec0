import { randomUUID } from 'node:crypto';
import { RollcallError } from '@rollcall/protocol';
import type { ParsedCreateCall } from '@rollcall/protocol/schemas';
import sql, { raw } from 'sql-template-tag';
import { type PlaceOfId, requireReach } from '../../blocks/may-reach.js';
import { insertRows } from '../../database/table.js';
import type { WriteTransaction } from '../../database/unit-of-work.js';
import { loadActor, type Viewer } from '../../users/viewer.js';
import { type CallRow, callMemberTable, callTable, IS_IN_SIGHT, mayBeSeenBy } from './call-table.js';

/** A parsed `createCall`, with the user who makes the call. */
export type NewCall = Omit<ParsedCreateCall, 'user_id'> & { user_id: string };

/**
 * Makes a call, or finds the one that already has this type and id. An existing call stays as it is, whatever else the
 * input says.
 * @throws RollcallError `NOT_ALLOWED` for an existing call that the viewer may not see, including a deleted one;
 * `USER_BANNED` and the like for the maker; `USER_NOT_FOUND`, `USER_DELETED`, or `NOT_ALLOWED` for a
 * block, for a member.
 */
export async function createCall(
  transaction: WriteTransaction,
  viewer: Viewer,
  { input }: { input: NewCall },
): Promise<CallRow> {
  await loadActor(transaction, input.user_id, { field: 'user_id' });
  const id = input.id ?? randomUUID();
  const cid = `${input.type}:${id}`;
  await transaction.lock([`call:${cid}`]);
  const existing = await findExisting(transaction, viewer, cid);
  if (existing) return existing;

  const others = input.members.filter(member => member !== input.user_id);
  const by = { viewer, userId: input.user_id };
  await requireReach(transaction, by, { ids: others, placeOf: placeOfCallee });
  const row: CallRow = {
    cid,
    type: input.type,
    id,
    created_by_id: input.user_id,
    people: others.length + 1,
    custom: input.custom,
    created_at: transaction.now,
    updated_at: transaction.now,
  };
  await insertRows(transaction, callTable, [row]);
  const members = [input.user_id, ...others];
  await insertRows(
    transaction,
    callMemberTable,
    members.map(user_id => ({ cid, user_id, created_at: transaction.now, deleted: false })),
  );
  return row;
}

async function findExisting(
  transaction: WriteTransaction,
  viewer: Viewer,
  cid: string,
): Promise<CallRow | undefined> {
  const [cells] = await transaction.query(
    sql`SELECT ${raw(callTable.columnList)}, (${IS_IN_SIGHT} AND ${mayBeSeenBy(viewer)}) AS visible
      FROM calls WHERE calls.cid = ${cid}`,
  );
  if (!cells) return undefined;
  if (cells.visible === true || cells.visible === 1) return callTable.decode(cells, transaction.dialect);
  throw new RollcallError('NOT_ALLOWED', `id: the call "${cid}" belongs to other users; choose another id`, {
    field: 'id',
  });
}

/** Where errors say that a callee stands in the input. */
export function placeOfCallee(index: number): PlaceOfId {
  return { field: 'members', index };
}
