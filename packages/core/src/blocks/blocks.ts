import { type Actor, LIMITS, RollcallError } from '@rollcall/protocol';
import sql from 'sql-template-tag';
import { belongsTo } from '../access/access.js';
import { insertRows } from '../database/table.js';
import type { UnitOfWork, WriteTransaction } from '../database/unit-of-work.js';
import { blockTable } from '../users/block-table.js';
import { findUsersForUpdate, userNotFound } from '../users/find-users.js';
import type { UserRow } from '../users/model/user-table.js';
import { saveUsers } from '../users/save-users.js';
import { findTombstones, userDeleted } from '../users/tombstones.js';
import { tenantOfViewer, type Viewer } from '../users/viewer.js';
import { type BlockList, type BlockQuery, listBlocks } from './list-blocks.js';

/** A user who blocks or unblocks another. */
export interface BlockChange {
  userId: string;
  /** The user who is blocked or unblocked. */
  id: string;
}

/**
 * Blocks between users. The caller has decided in whose name it acts. A banned user may block too, because a block
 * writes nothing that others see.
 */
export class Blocks {
  readonly #unitOfWork: UnitOfWork;

  constructor(unitOfWork: UnitOfWork) {
    this.#unitOfWork = unitOfWork;
  }

  /** Blocks a user; repeating it changes nothing. @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED`, `INPUT_INVALID` */
  block(actor: Actor, viewer: Viewer, change: BlockChange): Promise<UserRow> {
    return this.#unitOfWork.write(transaction => blockUser(transaction, actor, { ...change, viewer }));
  }

  /** Removes a block, if there is one. @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED` */
  unblock(actor: Actor, change: BlockChange): Promise<UserRow> {
    return this.#unitOfWork.write(transaction => unblockUser(transaction, actor, change));
  }

  /**
   * One page of the users whom a user has blocked, newest first, including deleted ones. Users whom the viewer may not see
   * are left out.
   * @throws RollcallError `USER_NOT_FOUND`, `CURSOR_INVALID`
   */
  list(viewer: Viewer, query: BlockQuery): Promise<BlockList> {
    return this.#unitOfWork.read(transaction => listBlocks(transaction, viewer, query));
  }
}

/** Both users, locked. So neither is deleted meanwhile, and two users who block each other do not deadlock. */
type HeldUsers = ReadonlyMap<string, UserRow>;

/**
 * Blocks a user. A user who is already blocked stays blocked. Users of another tenant do not exist for the viewer.
 * @returns the user who blocks.
 * @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED`; `INPUT_INVALID` for a user who blocks itself, and beyond
 * 1,000 blocks.
 */
async function blockUser(
  transaction: WriteTransaction,
  actor: Actor,
  { viewer, userId, id }: BlockChange & { viewer: Viewer },
): Promise<UserRow> {
  if (userId === id) {
    throw new RollcallError('INPUT_INVALID', 'id: a user cannot block itself', { field: 'id' });
  }
  const held = await findUsersForUpdate(transaction, [userId, id]);
  const before = await present(transaction, held, { id: userId, field: 'user_id' });
  const tenant = await tenantOfViewer(transaction, viewer);
  const stored = held.get(id);
  // The tenant is checked before the deletion: otherwise the answer would reveal that the user existed.
  // The teams of a hard-deleted user are gone, so nobody can tell which tenant it belonged to.
  if (tenant && !(stored && belongsTo(tenant, stored.teams))) throw userNotFound(id, { field: 'id' });
  await present(transaction, held, { id, field: 'id' });
  if (before.blocked_user_ids.includes(id)) return before;
  if (before.blocked_user_ids.length >= LIMITS.blockedUsers) {
    throw new RollcallError(
      'INPUT_INVALID',
      `id: a user can block at most ${LIMITS.blockedUsers} others; unblock one of them first`,
      { field: 'id' },
    );
  }
  await insertRows(transaction, blockTable, [
    { user_id: userId, blocked_user_id: id, created_at: transaction.now },
  ]);
  const after = { ...before, blocked_user_ids: [...before.blocked_user_ids, id] };
  const ownChange = { type: 'user.blocked', target_id: id } as const;
  const [row = before] = await saveUsers(transaction, actor, [{ index: 0, before, after, told: ownChange }]);
  return row;
}

/**
 * Removes a block, also of a deleted user. Without a block nothing changes.
 * @returns the user who had blocked.
 * @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED` for that user.
 */
async function unblockUser(
  transaction: WriteTransaction,
  actor: Actor,
  { userId, id }: BlockChange,
): Promise<UserRow> {
  const held = await findUsersForUpdate(transaction, [userId]);
  const before = await present(transaction, held, { id: userId, field: 'user_id' });
  if (!before.blocked_user_ids.includes(id)) return before;
  await transaction.query(sql`DELETE FROM blocks WHERE user_id = ${userId} AND blocked_user_id = ${id}`);
  const after = { ...before, blocked_user_ids: before.blocked_user_ids.filter(one => one !== id) };
  const ownChange = { type: 'user.unblocked', target_id: id } as const;
  const [row = before] = await saveUsers(transaction, actor, [{ index: 0, before, after, told: ownChange }]);
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
