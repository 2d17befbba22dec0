import type { WriteTransaction } from '../database/unit-of-work.js';
import type { CascadeRow } from '../products/cascade-table.js';
import { findUsersForUpdate } from '../users/find-users.js';
import { newUserRow } from '../users/model/replace-user.js';
import { saveUsers } from '../users/save-users.js';
import { tombstoneOf } from '../users/tombstones.js';

/**
 * Who owns what a user owned who is deleted for good: the user that was named, where it can own something still, else a
 * system user `delete-user-<16 hex>` that is made for it. The digits follow from the deleted id, so a step that is
 * repeated finds the same one.
 */
export async function newOwnerOf(transaction: WriteTransaction, cascade: CascadeRow): Promise<string> {
  if (cascade.heir_id !== undefined) {
    const named = (await findUsersForUpdate(transaction, [cascade.heir_id])).get(cascade.heir_id);
    if (named && named.deleted_at === undefined && named.deactivated_at === undefined) return named.id;
  }
  const id = `delete-user-${tombstoneOf(cascade.user_id).slice(-16)}`;
  const known = (await findUsersForUpdate(transaction, [id])).get(id);
  if (!known)
    await saveUsers(transaction, { type: 'system' }, [{ index: 0, after: newUserRow(id, transaction.now) }]);
  return id;
}
