import { type Actor, LIMITS, RollcallError } from '@rollcall/protocol';
import sql from 'sql-template-tag';
import { belongsTo } from '../access/tenancy.js';
import { insertRows } from '../database/table.js';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { tenantOfViewer, type Viewer } from '../products/viewer.js';
import { findUsersForUpdate, userNotFound } from '../users/find-users.js';
import type { UserRow } from '../users/model/user-table.js';
import { saveUsers } from '../users/save-users.js';
import { findTombstones, userDeleted } from '../users/tombstones.js';
import { blockTable } from './block-table.js';

/** Who blocks or unblocks whom. */
export interface BlockChange {
  userId: string;
  /** Who is blocked, or is no longer. */
  id: string;
  /** Epoch milliseconds. */
}

/** Both users are held, so that neither is deleted meanwhile, and two who block each other do not wait for each other. */
type HeldUsers = ReadonlyMap<string, UserRow>;

/**
 * Blocks a user; one who is blocked already stays so. Who is of another tenant than the viewer does not exist for it.
 * @returns the user who blocks.
 * @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED`; `INPUT_INVALID` for oneself, and beyond 1,000.
 */
export async function blockUser(
  transaction: WriteTransaction,
  actor: Actor,
  { viewer, userId, id }: BlockChange & { viewer: Viewer },
): Promise<UserRow> {
  if (userId === id) {
    throw new RollcallError('INPUT_INVALID', 'id: nobody blocks themselves', { field: 'id' });
  }
  const held = await findUsersForUpdate(transaction, [userId, id]);
  const before = await present(transaction, held, { id: userId, field: 'user_id' });
  const tenant = await tenantOfViewer(transaction, viewer);
  const stored = held.get(id);
  // Before it is said whether the user is deleted, or that would tell that there was one.
  if (stored && !belongsTo(tenant, stored.teams)) throw userNotFound(id, { field: 'id' });
  await present(transaction, held, { id, field: 'id' });
  if (before.blocked_user_ids.includes(id)) return before;
  if (before.blocked_user_ids.length >= LIMITS.blockedUsers) {
    throw new RollcallError(
      'INPUT_INVALID',
      `id: a user blocks at most ${LIMITS.blockedUsers} others; unblock one of them first`,
      { field: 'id' },
    );
  }
  await insertRows(transaction, blockTable, [
    { user_id: userId, blocked_user_id: id, created_at: transaction.now },
  ]);
  const after = { ...before, blocked_user_ids: [...before.blocked_user_ids, id] };
  const told = { type: 'user.blocked', target_id: id } as const;
  const [row = before] = await saveUsers(transaction, actor, [{ index: 0, before, after, told }]);
  return row;
}

/**
 * Takes a block back, also one of a user who is deleted; where there is none, nothing changes.
 * @returns the user who blocked.
 * @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED` for that user.
 */
export async function unblockUser(
  transaction: WriteTransaction,
  actor: Actor,
  { userId, id }: BlockChange,
): Promise<UserRow> {
  const held = await findUsersForUpdate(transaction, [userId]);
  const before = await present(transaction, held, { id: userId, field: 'user_id' });
  if (!before.blocked_user_ids.includes(id)) return before;
  await transaction.query(sql`DELETE FROM blocks WHERE user_id = ${userId} AND blocked_user_id = ${id}`);
  const after = { ...before, blocked_user_ids: before.blocked_user_ids.filter(one => one !== id) };
  const told = { type: 'user.unblocked', target_id: id } as const;
  const [row = before] = await saveUsers(transaction, actor, [{ index: 0, before, after, told }]);
  return row;
}

async function present(
  transaction: WriteTransaction,
  held: HeldUsers,
  { id, field }: { id: string; field: string },
): Promise<UserRow> {
  const row = held.get(id);
  if (row && row.deleted_at === undefined) return row;
  if (row || (await findTombstones(transaction, [id])).size > 0) throw userDeleted(id, { field });
  throw userNotFound(id, { field });
}
