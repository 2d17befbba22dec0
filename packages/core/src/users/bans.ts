import sql from 'sql-template-tag';
import { defineTable, insertRows } from '../database/table.js';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { logUserEvent } from './log-user-event.js';
import { toUser, withoutRunOutBan } from './model/to-user.js';
import { type BanDetails, userChanges } from './model/user-changes.js';
import type { UserRow } from './model/user-table.js';
import { marksOf } from './model/visible-user.js';

/**
 * What is stored about a ban besides the user. The user's own fields say whether it is banned and until when. The row
 * exists as long as the ban does, and adds the reason, the author and the start.
 */
export interface BanRow {
  user_id: string;
  reason?: string;
  banned_by_id?: string;
  /** Whether it is a shadow ban only: the user does not learn of it. */
  shadow: boolean;
  created_at: number;
  expires_at?: number;
}

/** The bans: one row for each user who is banned or shadow-banned. */
export const banTable = defineTable<BanRow>('bans', [
  { name: 'user_id', kind: 'text', primary: true },
  { name: 'reason', kind: 'text', nullable: true },
  { name: 'banned_by_id', kind: 'text', nullable: true },
  { name: 'shadow', kind: 'boolean' },
  { name: 'created_at', kind: 'integer' },
  { name: 'expires_at', kind: 'integer', nullable: true },
]);

/**
 * A user that is being written: its state before (without a ban that has run out) and after, and the details of its
 * ban.
 */
export interface WrittenUser {
  before?: UserRow;
  after: UserRow;
  ban?: BanDetails;
  /** Whether a ban had run out before. A ban after that is a new ban. */
  ranOut: boolean;
}

/**
 * Updates the rows of bans after users were written. A ban keeps its start for as long as it lasts, and keeps its
 * reason and author until new ones are given. An open ban beside a shadow ban is a new one.
 */
export async function saveBans(
  transaction: WriteTransaction,
  written: readonly WrittenUser[],
): Promise<void> {
  const ended: string[] = [];
  const described: BanRow[] = [];
  const undescribed: BanRow[] = [];
  for (const { before, after, ban, ranOut } of written) {
    // Those who see open bans must not learn from one that a shadow ban came before it: an open ban begins of its own.
    const opened = before && after.banned && !before.banned && before.shadow_banned;
    if (ranOut || opened || (before && isBanned(before) && !isBanned(after))) ended.push(after.id);
    if (!isBanned(after) || (before && !ban && sameBan(before, after))) continue;
    (ban ? described : undescribed).push({
      user_id: after.id,
      ...ban,
      shadow: !after.banned,
      created_at: transaction.now,
      ...(after.ban_expires !== undefined && { expires_at: after.ban_expires }),
    });
  }
  await removeBans(transaction, ended);
  await insertRows(transaction, banTable, described, { key: 'user_id', keep: ['created_at'] });
  const kept = ['created_at', 'reason', 'banned_by_id'];
  await insertRows(transaction, banTable, undescribed, { key: 'user_id', keep: kept });
}

/** Removes the rows of some users' bans. */
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

/**
 * Logs, as the system, that the ban of a user has run out. The caller holds the user's lock, has seen that the ban has
 * run out, and stores the answer. So the end of each ban is logged exactly once.
 * @returns the user without the ban, as it has to be stored.
 */
export function endBan(transaction: WriteTransaction, row: UserRow): UserRow {
  const ended: UserRow = {
    ...withoutRunOutBan(row, transaction.now),
    ...marksOf(row, { visible: row.banned, now: transaction.now }),
  };
  const lastMoment = (row.ban_expires ?? transaction.now) - 1;
  const changes = userChanges(toUser(row, lastMoment), toUser(ended, transaction.now));
  const user = toUser(ended, transaction.now);
  logUserEvent(transaction, { type: 'system' }, { type: 'user.unbanned', user, changes, cause: 'expired' });
  return ended;
}
