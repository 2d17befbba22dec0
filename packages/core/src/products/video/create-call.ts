import { randomUUID } from 'node:crypto';
import { RollcallError } from '@rollcall/protocol';
import type { ParsedCreateCall } from '@rollcall/protocol/schemas';
import sql, { raw } from 'sql-template-tag';
import { belongsTo } from '../../access/access.js';
import { insertRows } from '../../database/table.js';
import type { WriteTransaction } from '../../database/unit-of-work.js';
import { userNotFound } from '../../users/find-users.js';
import { loadActor, tenantOfViewer, type Viewer } from '../viewer.js';
import { type CallRow, callMemberTable, callTable, IS_IN_SIGHT, mayBeSeenBy } from './call-table.js';

/** A parsed `createCall`, with the user who makes the call. */
export type NewCall = Omit<ParsedCreateCall, 'user_id'> & { user_id: string };

/**
 * Makes a call, or finds the one that already has this type and id. An existing call stays as it is, whatever else the
 * input says.
 * @throws RollcallError `NOT_ALLOWED` for an existing call that the viewer may not see, including a deleted one;
 * `USER_BANNED` and the like for the maker; `USER_NOT_FOUND` or `USER_DELETED` for a member.
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
  throw new RollcallError('NOT_ALLOWED', `id: the call "${cid}" belongs to other users; choose another id`, {
    field: 'id',
  });
}

/**
 * Checks that users can become members of a call, and locks them until the end of the transaction, so that no deletion
 * misses the membership.
 * @param viewer who asks. Users of another tenant do not exist for it.
 * @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED` for the first such id, with its `index`.
 */
export async function requireCallees(
  transaction: WriteTransaction,
  viewer: Viewer,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  const { dialect } = transaction;
  const cells = await transaction.query(
    sql`SELECT id, deleted_at, teams FROM users WHERE id IN (${dialect.values(ids)}) ORDER BY id${dialect.forShare}`,
  );
  const tenant = await tenantOfViewer(transaction, viewer);
  const known = cells.filter(cell => belongsTo(tenant, dialect.readJson(cell.teams) as string[]));
  const deletedAt = new Map(known.map(cell => [cell.id, cell.deleted_at]));
  for (const [index, id] of ids.entries()) {
    if (!deletedAt.has(id)) throw userNotFound(id, { field: 'members', index });
    if (deletedAt.get(id) !== null) {
      throw new RollcallError('USER_DELETED', `members: the user "${id}" has been deleted`, {
        field: 'members',
        index,
      });
    }
  }
}
