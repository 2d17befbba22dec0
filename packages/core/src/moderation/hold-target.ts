import { RollcallError } from '@rollcall/protocol';
import { belongsTo } from '../access/tenancy.js';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { loadActor, tenantOfViewer } from '../products/viewer.js';
import { findUsersForUpdate, userNotFound } from '../users/find-users.js';
import type { UserRow } from '../users/model/user-table.js';
import { withoutRunOutBan } from '../users/run-out-ban.js';
import { findTombstones, userDeleted } from '../users/tombstones.js';

/** Who bans or unbans: a back end, or a user whose role allows it. */
export type Moderator = { kind: 'server' } | { kind: 'user'; userId: string };

/**
 * The user whom a moderator bans or unbans; nobody else changes it before the end of the transaction. A user does not
 * moderate itself, and not an admin unless it is one; who is of another tenant does not exist for it.
 * @returns the user as it is stored, and as it reads at this moment.
 * @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED`, `NOT_ALLOWED`; `USER_BANNED` and the like for the moderator.
 */
export async function holdTarget(
  transaction: WriteTransaction,
  { moderator, id }: { moderator: Moderator; id: string },
): Promise<{ stored: UserRow; target: UserRow }> {
  if (moderator.kind === 'user' && moderator.userId === id) {
    throw new RollcallError('NOT_ALLOWED', 'id: nobody bans or unbans themselves', { field: 'id' });
  }
  const stored = (await findUsersForUpdate(transaction, [id])).get(id);
  const tenant = await tenantOfViewer(transaction, moderator);
  if (stored && !belongsTo(tenant, stored.teams)) throw userNotFound(id);
  if (!stored) {
    const forgotten = (await findTombstones(transaction, [id])).size > 0;
    throw forgotten ? userDeleted(id) : userNotFound(id);
  }
  if (stored.deleted_at !== undefined) throw userDeleted(id);
  if (moderator.kind === 'user') {
    const { role } = await loadActor(transaction, moderator.userId, { field: 'banned_by_id' });
    if (stored.role === 'admin' && role !== 'admin') {
      throw new RollcallError('NOT_ALLOWED', `id: "${id}" is an admin, whom only an admin bans or unbans`, {
        field: 'id',
      });
    }
  }
  return { stored, target: withoutRunOutBan(stored, transaction.now) };
}
