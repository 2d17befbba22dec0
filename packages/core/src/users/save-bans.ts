import sql from 'sql-template-tag';
import { insertRows } from '../database/table.js';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { type BanRow, banTable } from './ban-table.js';
import type { BanDetails } from './model/user-draft.js';
import type { UserRow } from './model/user-table.js';

/** A user that is written: how it was (without a ban that had run out), how it is, and what is said of its ban. */
export interface WrittenUser {
  before?: UserRow;
  after: UserRow;
  ban?: BanDetails;
  /** Whether a ban of it had run out: what is banned now is another ban. */
  ranOut: boolean;
}

/**
 * Makes the rows of bans follow the users that are written. A ban keeps the time at which it began for as long as it
 * lasts, and its reason and author until others are given.
 */
export async function saveBans(
  transaction: WriteTransaction,
  written: readonly WrittenUser[],
): Promise<void> {
  const ended: string[] = [];
  const told: BanRow[] = [];
  const untold: BanRow[] = [];
  for (const { before, after, ban, ranOut } of written) {
    if (ranOut || (before && isBanned(before) && !isBanned(after))) ended.push(after.id);
    if (!isBanned(after) || (before && !ban && sameBan(before, after))) continue;
    (ban ? told : untold).push({
      user_id: after.id,
      ...ban,
      shadow: !after.banned,
      created_at: transaction.now,
      ...(after.ban_expires !== undefined && { expires_at: after.ban_expires }),
    });
  }
  await removeBans(transaction, ended);
  await insertRows(transaction, banTable, told, { key: 'user_id', keep: ['created_at'] });
  const kept = ['created_at', 'reason', 'banned_by_id'];
  await insertRows(transaction, banTable, untold, { key: 'user_id', keep: kept });
}

/** Removes what is stored of the bans of some users beside them. */
export async function removeBans(transaction: WriteTransaction, userIds: readonly string[]): Promise<void> {
  if (userIds.length === 0) return;
  await transaction.query(sql`DELETE FROM bans WHERE user_id IN (${transaction.dialect.values(userIds)})`);
}

function isBanned(row: UserRow): boolean {
  return row.banned || row.shadow_banned;
}

function sameBan(one: UserRow, other: UserRow): boolean {
  return (
    one.banned === other.banned &&
    one.shadow_banned === other.shadow_banned &&
    one.ban_expires === other.ban_expires
  );
}
