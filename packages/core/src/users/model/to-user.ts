import { USER_FIELD_NAMES, type User } from '@rollcall/protocol';
import type { UserRow } from './user-table.js';

/**
 * The user object of a row, every field included: what a server token sees at this moment. A ban that has run out reads
 * as not banned.
 */
export function toUser(row: UserRow, now: number): User {
  const stored = withoutRunOutBan(row, now);
  const user: Record<string, unknown> = {};
  for (const field of USER_FIELD_NAMES) {
    const value = stored[field];
    if (value !== undefined) user[field] = value;
  }
  return user as unknown as User;
}

/** Whether the ban of a user had an end, and that has come. */
export function hasRunOut(row: Pick<UserRow, 'ban_expires'>, now: number): boolean {
  return row.ban_expires !== undefined && row.ban_expires <= now;
}

/** The user as everybody reads it: without a ban that has run out. A row without such a ban comes back as it is. */
export function withoutRunOutBan(row: UserRow, now: number): UserRow {
  if (!hasRunOut(row, now)) return row;
  const { ban_expires: _, ...rest } = row;
  return { ...rest, banned: false, shadow_banned: false };
}
