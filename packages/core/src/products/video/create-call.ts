import { randomUUID } from 'node:crypto';
import { RollcallError } from '@rollcall/protocol';
import type { ParsedCreateCall } from '@rollcall/protocol/schemas';
import sql, { raw } from 'sql-template-tag';
import { insertRows } from '../../database/insert-rows.js';
import type { WriteTransaction } from '../../database/unit-of-work.js';
import { loadActor, type Viewer } from '../viewer.js';
import { callMemberTable } from './call-member-table.js';
import { type CallRow, callTable } from './call-table.js';
import { IS_IN_SIGHT, mayBeSeenBy } from './find-calls.js';
import { requireCallees } from './require-callees.js';

/** A call to make, and in whose name. */
export type CallToCreate = Omit<ParsedCreateCall, 'user_id'> & { user_id: string };

/**
 * Makes a call, or finds the one that has this type and id already; that one stays as it is, whatever else the input
 * says.
 * @throws RollcallError `NOT_ALLOWED` for an existing call that the viewer may not see, deleted ones among them;
 * `USER_BANNED` and the like for the maker, `USER_NOT_FOUND` or `USER_DELETED` for a member.
 */
export async function createCall(
  transaction: WriteTransaction,
  viewer: Viewer,
  { input }: { input: CallToCreate },
): Promise<CallRow> {
  await loadActor(transaction, input.user_id, { field: 'user_id' });
  const id = input.id ?? randomUUID();
  const cid = `${input.type}:${id}`;
  await transaction.lock([`call:${cid}`]);
  const existing = await findExisting(transaction, viewer, cid);
  if (existing) return existing;

  const others = input.members.filter(member => member !== input.user_id);
  await requireCallees(transaction, viewer, others);
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
  throw new RollcallError('NOT_ALLOWED', `id: "${cid}" is a call of other people; choose another id`, {
    field: 'id',
  });
}
