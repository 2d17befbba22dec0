import sql, { raw } from 'sql-template-tag';
import { insertRows } from '../database/table.js';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { type UserRow, userTable } from '../users/model/user-table.js';
import { endBan } from '../users/run-out-ban.js';
import { removeBans } from '../users/save-bans.js';

/** Written by statements of their own, so that the end of a ban must not set them back. */
const PRESENCE_COLUMNS = ['online', 'last_active', 'avg_response_time'] as const;

/**
 * Ends bans that have run out, the oldest first, each with its event. Users whom somebody else is changing are passed
 * over: whoever writes a user tells such an end itself, so each is told once, on any number of processes.
 * @returns how many ended.
 */
export async function endRunOutBans(
  transaction: WriteTransaction,
  { limit }: { limit: number },
): Promise<number> {
  const { dialect } = transaction;
  const cells = await transaction.query(
    sql`SELECT ${raw(userTable.columnList)} FROM users WHERE ban_expires <= ${transaction.now}
      ORDER BY ban_expires, id LIMIT ${limit}${dialect.skipLocked}`,
  );
  const ended = cells.map((cell): UserRow => endBan(transaction, userTable.decode(cell, dialect)));
  await insertRows(transaction, userTable, ended, { key: 'id', keep: PRESENCE_COLUMNS });
  await removeBans(
    transaction,
    ended.map(({ id }) => id),
  );
  return ended.length;
}
