import type { Actor } from '@rollcall/protocol';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { withoutEndedBan } from '../users/model/replace-user.js';
import type { UserRow } from '../users/model/user-table.js';
import { saveUsers } from '../users/save-users.js';
import { holdTarget, type Moderator } from './hold-target.js';

/**
 * Ends the open ban of a user, or its shadow ban; the other one stays. A user without it stays as it is.
 * @throws RollcallError what `holdTarget` refuses.
 */
export async function unbanUser(
  transaction: WriteTransaction,
  actor: Actor,
  change: { moderator: Moderator; id: string; shadow: boolean },
): Promise<UserRow> {
  const { shadow } = change;
  const { stored, target } = await holdTarget(transaction, change);
  const after = withoutEndedBan({ ...target, [shadow ? 'shadow_banned' : 'banned']: false });
  const [row = stored] = await saveUsers(transaction, actor, [{ index: 0, before: stored, after }]);
  return row;
}
