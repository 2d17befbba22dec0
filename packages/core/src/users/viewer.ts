import { RollcallError } from '@rollcall/protocol';
import type { Tenant } from '../access/access.js';
import type { Transaction, WriteTransaction } from '../database/unit-of-work.js';
import { readSettings } from '../settings/settings.js';
import { findUsers, findUsersForShare, findUsersForUpdate, userNotFound } from './find-users.js';
import { toUser } from './model/to-user.js';
import type { UserRow } from './model/user-table.js';

/** Who reads content. A back end sees all of it; a user sees what the rules allow. */
export type Viewer = { kind: 'server' } | { kind: 'user'; userId: string };

/**
 * Loads the user in whose name something is written, and locks it until the end of the transaction, so that no deletion
 * misses what is written now.
 * @param how `field` is the field that errors name; `lock` is `update` for a transaction that will write the user
 * itself.
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

/**
 * The users whom a viewer sees now: a back end sees everyone, a user its own tenant. A user that does not exist sees
 * only users without a team.
 */
export async function tenantOfViewer(transaction: Transaction, viewer: Viewer): Promise<Tenant> {
  if (viewer.kind === 'server') return undefined;
  const settings = await readSettings(transaction);
  if (!settings.multi_tenant_enabled) return undefined;
  return (await findUsers(transaction, [viewer.userId])).get(viewer.userId)?.teams ?? [];
}
