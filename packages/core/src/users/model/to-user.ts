import type { User } from '@rollcall/protocol';
import type { UserRow } from './user-table.js';

/**
 * The user object of a row, every field included: what a server token sees at this moment. A ban that has run out reads
 * as not banned.
 */
export function toUser(row: UserRow, now: number): User {
  const banned = isBanned(row, now);
  return {
    id: row.id,
    ...(row.name !== undefined && { name: row.name }),
    ...(row.image !== undefined && { image: row.image }),
    role: row.role,
    teams: row.teams,
    ...(row.teams_role !== undefined && { teams_role: row.teams_role }),
    custom: row.custom,
    ...(row.language !== undefined && { language: row.language }),
    invisible: row.invisible,
    ...(row.privacy_settings !== undefined && { privacy_settings: row.privacy_settings }),
    ...(row.push_notifications !== undefined && { push_notifications: row.push_notifications }),
    banned,
    shadow_banned: row.shadow_banned && !hasRunOut(row, now),
    ...(row.ban_expires !== undefined && !hasRunOut(row, now) && { ban_expires: row.ban_expires }),
    blocked_user_ids: row.blocked_user_ids,
    devices: row.devices,
    online: row.online,
    ...(row.last_active !== undefined && { last_active: row.last_active }),
    ...(row.avg_response_time !== undefined && { avg_response_time: row.avg_response_time }),
    created_at: row.created_at,
    updated_at: row.updated_at,
    ...(row.deactivated_at !== undefined && { deactivated_at: row.deactivated_at }),
    ...(row.deleted_at !== undefined && { deleted_at: row.deleted_at }),
    ...(row.revoke_tokens_issued_before !== undefined && {
      revoke_tokens_issued_before: row.revoke_tokens_issued_before,
    }),
    revision: row.revision,
  };
}

/** Whether a user is banned at a moment. */
function isBanned(row: Pick<UserRow, 'banned' | 'ban_expires'>, now: number): boolean {
  return row.banned && !hasRunOut(row, now);
}

/** Whether the ban of a user had an end, and that has come. */
export function hasRunOut(row: Pick<UserRow, 'ban_expires'>, now: number): boolean {
  return row.ban_expires !== undefined && row.ban_expires <= now;
}

/** The user as everybody reads it: without a ban that has run out. The same object where there is none. */
export function withoutRunOutBan(row: UserRow, now: number): UserRow {
  if (!hasRunOut(row, now)) return row;
  const { ban_expires: _, ...rest } = row;
  return { ...rest, banned: false, shadow_banned: false };
}
