/*
 * Who may reach whom. Everything that one person does towards another by name asks here: opening channels and calls
 * with it, adding it, and writing where nobody else is. A back end that acts as itself is not bound.
 */
import { RollcallError } from '@rollcall/protocol';
import sql, { raw, type Sql } from 'sql-template-tag';
import { belongsTo } from '../access/access.js';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { findUsers, findUsersForShare, userNotFound } from '../users/find-users.js';
import { tenantOfViewer, type Viewer } from '../users/viewer.js';

/** Where errors say that an id stands in the input. */
export interface PlaceOfId {
  field: string;
  index?: number;
}

/** The people whom a call names. */
interface NamedPeople {
  ids: readonly string[];
  /** The place of the id at an index of `ids`. */
  placeOf(index: number): PlaceOfId;
}

/**
 * Requires that somebody may reach every one of the people that a call names: they exist for the caller, and neither
 * has blocked the other. It locks them until the end of the transaction, so that no deletion misses what is written
 * about them. The person who acts must be locked already: a block of the two waits for that lock, or has been seen.
 * @param by `viewer` is the caller, for whom users of another tenant do not exist; `userId` is the person who acts,
 * absent for a back end that acts as itself.
 * @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED`, or `NOT_ALLOWED` for a block, for the first such id.
 */
export async function requireReach(
  transaction: WriteTransaction,
  by: { viewer: Viewer; userId?: string },
  { ids, placeOf }: NamedPeople,
): Promise<void> {
  if (ids.length === 0) return;
  const users = await findUsersForShare(transaction, ids);
  const tenant = await tenantOfViewer(transaction, by.viewer);
  const blocked =
    by.userId === undefined ? new Set<string>() : await blockedBetween(transaction, by.userId, ids);
  for (const [index, id] of ids.entries()) {
    const place = placeOf(index);
    const row = users.get(id);
    if (!row || !belongsTo(tenant, row.teams)) throw userNotFound(id, place);
    if (row.deleted_at !== undefined) {
      throw new RollcallError('USER_DELETED', `${place.field}: the user "${id}" has been deleted`, place);
    }
    if (blocked.has(id)) throw isBlocked({ ...place, field: 'members' });
  }
}

/**
 * Whether the member that a column names is somebody who can be reached: a deleted user reads nothing, so two people
 * beside it are alone.
 */
export function isThere(column: 'channel_members.user_id' | 'call_members.user_id'): Sql {
  return sql`EXISTS (SELECT 1 FROM users AS there WHERE there.id = ${raw(column)} AND there.deleted_at IS NULL)`;
}

/**
 * Requires that somebody may reach the one other person in a channel or a call.
 * @param others the people in it besides the person who acts, of those who {@link isThere | are there}. Among more than
 * one nobody is kept from anything: a group stays usable for two of whom one has blocked the other.
 * @throws RollcallError `NOT_ALLOWED` for a block.
 */
export async function requireReachOfOther(
  transaction: WriteTransaction,
  { userId, others }: { userId: string; others: readonly string[] },
  place: PlaceOfId,
): Promise<void> {
  if (others.length !== 1) return;
  if ((await blockedBetween(transaction, userId, others)).size > 0) throw isBlocked(place);
}

/** Those of these users who have blocked a user, or whom it has blocked. */
async function blockedBetween(
  transaction: WriteTransaction,
  userId: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const users = await findUsers(transaction, [userId, ...ids]);
  const own = users.get(userId)?.blocked_user_ids ?? [];
  return new Set(ids.filter(id => own.includes(id) || users.get(id)?.blocked_user_ids.includes(userId)));
}

/** One text for both of the two, so that it does not say who has blocked whom. */
function isBlocked(place: PlaceOfId): RollcallError {
  return new RollcallError(
    'NOT_ALLOWED',
    `${place.field}: one of the two users has blocked the other`,
    place,
  );
}
