import sql, { raw } from 'sql-template-tag';
import { defineTable, insertRows } from '../database/table.js';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { findUsersForUpdate } from '../users/find-users.js';
import { KEPT_COLUMNS, userTable } from '../users/model/user-table.js';

/** One user has blocked another. The list in the user follows these rows. */
export interface BlockRow {
  user_id: string;
  blocked_user_id: string;
  created_at: number;
}

/** Who has blocked whom. */
export const blockTable = defineTable<BlockRow>('blocks', [
  { name: 'user_id', kind: 'text', primary: true },
  { name: 'blocked_user_id', kind: 'text', primary: true },
  { name: 'created_at', kind: 'integer' },
]);

/** Takes back whatever a user has blocked. The list in the user is up to the caller. */
export async function removeBlocksOf(transaction: WriteTransaction, userId: string): Promise<void> {
  await transaction.query(sql`DELETE FROM blocks WHERE user_id = ${userId}`);
}

/**
 * Takes a user out of the blocks of others, a batch at a time. No event tells them: that the user is gone was told, and
 * what blocked it learns nothing new.
 * @returns whether there may be more.
 */
export async function eraseBlocked(
  transaction: WriteTransaction,
  userId: string,
  limit: number,
): Promise<boolean> {
  const { dialect } = transaction;
  const cells = await transaction.query(
    sql`SELECT ${raw(blockTable.columnList)} FROM blocks WHERE blocked_user_id = ${userId}
      ORDER BY user_id LIMIT ${limit}`,
  );
  const ids = cells.map((cell): string => (blockTable.decode(cell, dialect) as BlockRow).user_id);
  if (ids.length === 0) return false;
  const blockers = await findUsersForUpdate(transaction, ids);
  const freed = [...blockers.values()].map(row => ({
    ...row,
    blocked_user_ids: row.blocked_user_ids.filter(id => id !== userId),
  }));
  await insertRows(transaction, userTable, freed, { key: 'id', keep: KEPT_COLUMNS });
  await transaction.query(
    sql`DELETE FROM blocks WHERE blocked_user_id = ${userId} AND user_id IN (${dialect.values(ids)})`,
  );
  return ids.length === limit;
}
