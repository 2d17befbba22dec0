import { RollcallError } from '@rollcall/protocol';
import type { Tenant } from '../access/access.js';
import type { Transaction, WriteTransaction } from '../database/unit-of-work.js';
import { readSettings } from '../settings/settings.js';
import { findUsers, findUsersForShare, findUsersForUpdate, userNotFound } from '../users/find-users.js';
import { toUser } from '../users/model/to-user.js';
import type { UserRow } from '../users/model/user-table.js';

/** Who looks at content: a back end sees all of it, a user what the rules leave in its sight. */
export type Viewer = { kind: 'server' } | { kind: 'user'; userId: string };

/**
 * The user in whose name something is written. It stays as it is until the end of the transaction, so that a deletion
 * cannot slip in between and miss what is written now.
 * @param how `field` is what the errors name; `now`, epoch milliseconds, is the moment at which a ban counts; `lock` is
 * `update` for a transaction that will write the user itself.
 * @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED`, `USER_DEACTIVATED`, or `USER_BANNED` for a ban that has not
 * run out.
 */
export async function loadActor(
  transaction: WriteTransaction,
  userId: string,
  { field, lock = 'share' }: { field: string; lock?: 'share' | 'update' },
): Promise<UserRow> {
  const find = lock === 'update' ? findUsersForUpdate : findUsersForShare;
  const row = (await find(transaction, [userId])).get(userId);
  if (!row) throw userNotFound(userId, { field });
  if (row.deleted_at !== undefined) {
    throw new RollcallError('USER_DELETED', `the user "${userId}" has been deleted`, { field });
  }
  if (row.deactivated_at !== undefined) {
    throw new RollcallError('USER_DEACTIVATED', `the user "${userId}" is deactivated`, { field });
  }
  if (toUser(row, transaction.now).banned) {
    throw new RollcallError('USER_BANNED', `the user "${userId}" is banned and cannot write`, { field });
  }
  return row;
}

/** Whom a viewer of content sees now: a back end everybody, a user its own tenant, one who is unknown nobody with a team. */
export async function tenantOfViewer(transaction: Transaction, viewer: Viewer): Promise<Tenant> {
  if (viewer.kind === 'server') return undefined;
  const settings = await readSettings(transaction);
  if (!settings.multi_tenant_enabled) return undefined;
  return (await findUsers(transaction, [viewer.userId])).get(viewer.userId)?.teams ?? [];
}
