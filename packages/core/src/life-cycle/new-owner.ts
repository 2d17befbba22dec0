import { RollcallError } from '@rollcall/protocol';
import type { Transaction, WriteTransaction } from '../database/unit-of-work.js';
import type { CascadeRow } from '../products/cascade-table.js';
import { findUsers, findUsersForUpdate, userNotFound } from '../users/find-users.js';
import { newUserRow } from '../users/model/replace-user.js';
import { saveUsers } from '../users/save-users.js';
import { tombstoneOf } from '../users/tombstones.js';

/** @throws RollcallError when the named new owner of channels does not exist, or is deactivated or deleted. */
export async function requireNewOwner(transaction: Transaction, id: string): Promise<void> {
  const field = 'new_channel_owner_id';
  const newOwner = (await findUsers(transaction, [id])).get(id);
  if (!newOwner) throw userNotFound(id, { field });
  if (newOwner.deleted_at !== undefined) {
    throw new RollcallError('USER_DELETED', `${field}: the user "${id}" has been deleted`, { field });
  }
  if (newOwner.deactivated_at !== undefined) {
    throw new RollcallError('USER_DEACTIVATED', `${field}: the user "${id}" is deactivated`, { field });
  }
}

/**
 * The new owner of what a hard-deleted user owned: the user that was named, if it can still own something, else a system
 * user `delete-user-<16 hex>`, which is made if it does not exist. The digits follow from the deleted id, so a step that
 * is repeated finds the same user. If that one is deleted too, perhaps by the same task, the digits follow from its id.
 */
export async function newOwnerOf(transaction: WriteTransaction, cascade: CascadeRow): Promise<string> {
  const find = async (id: string) => (await findUsersForUpdate(transaction, [id])).get(id);
  if (cascade.heir_id !== undefined) {
    const named = await find(cascade.heir_id);
    if (named && named.deleted_at === undefined && named.deactivated_at === undefined) return named.id;
  }
  let id = systemOwnerOf(cascade.user_id);
  let known = await find(id);
  while (known?.deleted_at !== undefined) {
    id = systemOwnerOf(id);
    known = await find(id);
  }
  if (!known)
    await saveUsers(transaction, { type: 'system' }, [{ index: 0, after: newUserRow(id, transaction.now) }]);
  return id;
}

function systemOwnerOf(userId: string): string {
  return `delete-user-${tombstoneOf(userId).slice(-16)}`;
}
