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

/** A call to make, and in whose name. */
export type NewCall = Omit<ParsedCreateCall, 'user_id'> & { user_id: string };

/**
 * Makes a call, or finds the one that has this type and id already; that one stays as it is, whatever else the input
 * says.
 * @throws RollcallError `NOT_ALLOWED` for an existing call that the viewer may not see, deleted ones among them;
 * `USER_BANNED` and the like for the maker, `USER_NOT_FOUND` or `USER_DELETED` for a member.
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
  throw new RollcallError('NOT_ALLOWED', `id: "${cid}" is a call of other people; choose another id`, {
    field: 'id',
  });
}

/**
 * Makes sure that users can become members of a call. They stay as they are until the end of the transaction, so that a
 * deletion cannot slip in between and miss the membership.
 * @param viewer who asks: a user of another tenant does not exist for it.
 * @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED`: the first in the order of the ids, with its `index`.
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
      throw new RollcallError('USER_DELETED', `members: the user "${id}" is deleted`, {
        field: 'members',
        index,
      });
    }
  }
}
