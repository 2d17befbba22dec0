import sql, { raw } from 'sql-template-tag';
import { defineTable, insertRows } from '../database/table.js';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { findUsersForUpdate } from './find-users.js';
import { KEPT_COLUMNS, userTable } from './model/user-table.js';

/** One user has blocked another. The list in the user repeats these rows. */
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

/** The blocks of one user before and after a change, each list oldest first. */
export interface BlocksChange {
  userId: string;
  before: readonly string[];
  after: readonly string[];
}

/** Makes the rows of blocks what the lists in their users say. New blocks get times that keep their order. */
export async function saveBlocks(
  transaction: WriteTransaction,
  changes: readonly BlocksChange[],
): Promise<void> {
  const { dialect, now } = transaction;
  const added: BlockRow[] = [];
  for (const { userId, before, after } of changes) {
    const kept = new Set(after);
    const removed = before.filter(id => !kept.has(id));
    if (removed.length > 0) {
      await transaction.query(
        sql`DELETE FROM blocks WHERE user_id = ${userId} AND blocked_user_id IN (${dialect.values(removed)})`,
      );
    }
    const known = new Set(before);
    const fresh = after.filter(id => !known.has(id));
    for (const [place, id] of fresh.entries()) {
      added.push({ user_id: userId, blocked_user_id: id, created_at: now - (fresh.length - 1 - place) });
    }
  }
  await insertRows(transaction, blockTable, added);
}

/** Removes all blocks that users have made. The caller updates the lists in the users. */
export async function removeBlocksOf(
  transaction: WriteTransaction,
  userIds: readonly string[],
): Promise<void> {
  await transaction.query(sql`DELETE FROM blocks WHERE user_id IN (${transaction.dialect.values(userIds)})`);
}

/**
 * Erases users from the blocks of others, one batch at a time. It logs no event: an event has already reported the
 * deletion, and the users who blocked them learn nothing new.
 * @returns whether there may be more.
 */
export async function eraseBlocked(
  transaction: WriteTransaction,
  userIds: readonly string[],
  limit: number,
): Promise<boolean> {
  const { dialect } = transaction;
  const blocked = dialect.values(userIds);
  const cells = await transaction.query(
    sql`SELECT ${raw(blockTable.columnList)} FROM blocks WHERE blocked_user_id IN (${blocked})
      ORDER BY user_id LIMIT ${limit}`,
  );
  if (cells.length === 0) return false;
  const ids = [
    ...new Set(cells.map((cell): string => (blockTable.decode(cell, dialect) as BlockRow).user_id)),
  ];
  const blockers = await findUsersForUpdate(transaction, ids);
  const gone = new Set(userIds);
  const freed = [...blockers.values()].map(row => ({
    ...row,
    blocked_user_ids: row.blocked_user_ids.filter(id => !gone.has(id)),
  }));
  await insertRows(transaction, userTable, freed, { key: 'id', keep: KEPT_COLUMNS });
  await transaction.query(
    sql`DELETE FROM blocks WHERE blocked_user_id IN (${blocked}) AND user_id IN (${dialect.values(ids)})`,
  );
  return cells.length === limit;
}
