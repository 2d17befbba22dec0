import sql from 'sql-template-tag';
import { defineTable, insertRows } from '../database/table.js';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { logUserEvent } from './log-user-event.js';
import { toUser, withoutRunOutBan } from './model/to-user.js';
import { type BanDetails, userChanges } from './model/user-changes.js';
import type { UserRow } from './model/user-table.js';

/**
 * What is stored of a ban beside the user. The user's own fields say whether it is banned and until when; the row is
 * there as long as they do, and adds why, by whom and since when.
 */
export interface BanRow {
  user_id: string;
  reason?: string;
  banned_by_id?: string;
  /** Whether the user is not told of it: it is shadow-banned, and not banned openly. */
  shadow: boolean;
  created_at: number;
  expires_at?: number;
}

/** The bans, one for each user who is banned or shadow-banned. */
export const banTable = defineTable<BanRow>('bans', [
  { name: 'user_id', kind: 'text', primary: true },
  { name: 'reason', kind: 'text', nullable: true },
  { name: 'banned_by_id', kind: 'text', nullable: true },
  { name: 'shadow', kind: 'boolean' },
  { name: 'created_at', kind: 'integer' },
  { name: 'expires_at', kind: 'integer', nullable: true },
]);

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
  const described: BanRow[] = [];
  const undescribed: BanRow[] = [];
  for (const { before, after, ban, ranOut } of written) {
    if (ranOut || (before && isBanned(before) && !isBanned(after))) ended.push(after.id);
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

/**
 * Tells, as the system, that the ban of a user ran out. Whoever calls holds the user, sees that its ban has run out, and
 * stores the answer: so each end of a ban is told exactly once.
 * @returns the user without the ban, as it is to be stored.
 */
export function endBan(transaction: WriteTransaction, row: UserRow): UserRow {
  const ended: UserRow = {
    ...withoutRunOutBan(row, transaction.now),
    updated_at: transaction.now,
    revision: row.revision + (row.banned ? 1 : 0),
  };
  const lastMoment = (row.ban_expires ?? transaction.now) - 1;
  const changes = userChanges(toUser(row, lastMoment), toUser(ended, transaction.now));
  const user = toUser(ended, transaction.now);
  logUserEvent(transaction, { type: 'system' }, { type: 'user.unbanned', user, changes, cause: 'expired' });
  return ended;
}

/** Takes a user out of the bans: its own goes, and those that it imposed name nobody. */
export async function eraseBans(transaction: WriteTransaction, userId: string): Promise<void> {
  await removeBans(transaction, [userId]);
  await transaction.query(sql`UPDATE bans SET banned_by_id = NULL WHERE banned_by_id = ${userId}`);
}
