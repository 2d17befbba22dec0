import type { WriteTransaction } from '../database/unit-of-work.js';
import { logUserEvent } from './log-user-event.js';
import { hasRunOut, toUser } from './model/to-user.js';
import { userChanges } from './model/user-changes.js';
import type { UserRow } from './model/user-table.js';

/** The user as everybody reads it: without a ban that has run out. The same object where there is none. */
export function withoutRunOutBan(row: UserRow, now: number): UserRow {
  if (!hasRunOut(row, now)) return row;
  const { ban_expires: _, ...rest } = row;
  return { ...rest, banned: false, shadow_banned: false };
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
