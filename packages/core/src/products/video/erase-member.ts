import sql from 'sql-template-tag';
import { lookAt } from '../look-at.js';
import type { CascadeBatch, DeletionContext } from '../product.js';

/** Whether there is a call that the user made or is a member of: most users have none. */
export async function isInCalls({ transaction, userId }: DeletionContext): Promise<boolean> {
  const there = await lookAt(transaction, {
    memberships: sql`call_members WHERE user_id = ${userId}`,
    made: sql`calls WHERE created_by_id = ${userId}`,
  });
  return there.memberships || there.made;
}

/**
 * One batch of the hard deletion of a user: removes its memberships, and gives the calls that it made, and that stay, to the new
 * owner.
 */
export async function eraseMember(context: DeletionContext): Promise<CascadeBatch> {
  const memberships = await removeMemberships(context);
  const changed: CascadeBatch['changed'] = memberships > 0 ? { memberships } : {};
  if (memberships >= context.limit) return { changed, more: true };
  return { changed, more: await handOverCalls(context) };
}

async function removeMemberships({ transaction, userId, limit }: DeletionContext): Promise<number> {
  const { dialect } = transaction;
  const removed = await transaction.query(
    sql`DELETE FROM call_members WHERE user_id = ${userId} AND cid IN (
        SELECT cid FROM call_members WHERE user_id = ${userId} ORDER BY cid LIMIT ${limit}
      ) RETURNING cid, deleted`,
  );
  // A call that was hidden with the hard-deleted user can never come back: restoring the other member must not restore it.
  const lost = removed
    .filter(({ deleted }) => deleted === true || deleted === 1)
    .map(({ cid }) => String(cid));
  if (lost.length > 0) {
    await transaction.query(
      sql`UPDATE calls SET deleted_with = 'forgotten' WHERE cid IN (${dialect.values(lost)})`,
    );
  }
  return removed.length;
}

/** @returns whether there may be more calls. */
async function handOverCalls({ transaction, userId, limit, newOwner }: DeletionContext): Promise<boolean> {
  const { dialect } = transaction;
  const cells = await transaction.query(
    sql`SELECT cid FROM calls WHERE created_by_id = ${userId} ORDER BY cid LIMIT ${limit}${dialect.forUpdate}`,
  );
  if (cells.length === 0) return false;
  const owner = await newOwner();
  const cids = cells.map(({ cid }) => String(cid));
  await transaction.query(
    sql`UPDATE calls SET created_by_id = ${owner} WHERE cid IN (${dialect.values(cids)})`,
  );
  return cells.length >= limit;
}
