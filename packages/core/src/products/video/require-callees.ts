import { RollcallError } from '@rollcall/protocol';
import sql from 'sql-template-tag';
import { belongsTo } from '../../access/tenancy.js';
import type { WriteTransaction } from '../../database/unit-of-work.js';
import { userNotFound } from '../../users/find-users.js';
import { tenantOfViewer } from '../tenant-of-viewer.js';
import type { Viewer } from '../viewer.js';

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
