import { type Actor, RollcallError } from '@rollcall/protocol';
import type { ParsedBanUser } from '@rollcall/protocol/schemas';
import sql, { raw } from 'sql-template-tag';
import { belongsTo } from '../access/access.js';
import { insertRows } from '../database/table.js';
import type { Transaction, WriteTransaction } from '../database/unit-of-work.js';
import { type BanRow, banTable } from '../users/bans.js';
import { findUsersForShare, findUsersForUpdate, userNotFound } from '../users/find-users.js';
import { logUserEvent } from '../users/log-user-event.js';
import { withoutEndedBan } from '../users/model/replace-user.js';
import { toUser, withoutRunOutBan } from '../users/model/to-user.js';
import type { BanDetails, UserDraft } from '../users/model/user-changes.js';
import type { UserRow } from '../users/model/user-table.js';
import { saveUsers } from '../users/save-users.js';
import { findTombstones, userDeleted } from '../users/tombstones.js';
import { loadActor, tenantOfViewer } from '../users/viewer.js';

/** The caller who bans or unbans: a back end, or a user whose role allows it. */
export type Moderator = { kind: 'server' } | { kind: 'user'; userId: string };

const MINUTE_MS = 60_000;

/**
 * Bans a user, or changes its ban to the one asked for. A ban that is already so changes nothing, and a ban keeps its
 * start. An open ban and a shadow ban of one user end together, when the later call says.
 * @throws RollcallError what {@link holdTarget} refuses; `NOT_ALLOWED` for a user token that names another author;
 * `USER_NOT_FOUND`, `USER_DELETED` for the author; `INPUT_INVALID` for an end in the past.
 */
export async function banUser(
  transaction: WriteTransaction,
  actor: Actor,
  { moderator, request }: { moderator: Moderator; request: ParsedBanUser },
): Promise<UserRow> {
  const { id, shadow, reason } = request;
  const expires_at = endOf(request, transaction.now);
  const { stored } = await holdTarget(transaction, { moderator, id });
  const banned_by_id = await authorOf(transaction, moderator, request.banned_by_id);
  const details: BanDetails = {
    ...(reason !== undefined && { reason }),
    ...(banned_by_id !== undefined && { banned_by_id }),
  };
  const [row = stored] = await banHeld(transaction, actor, {
    users: [stored],
    ban: { shadow, expires_at, details },
  });
  return row;
}

/**
 * Bans users whom the transaction holds, all in the same way.
 * @returns the users as they are stored then, in the same order: the same objects where nothing changed, not even a detail of
 * the ban.
 */
export async function banHeld(
  transaction: WriteTransaction,
  actor: Actor,
  asked: {
    users: readonly UserRow[];
    ban: { shadow: boolean; expires_at: number | undefined; details: BanDetails };
  },
): Promise<UserRow[]> {
  const { users, ban } = asked;
  const { shadow, expires_at: ban_expires, details } = ban;
  const known = await findBans(
    transaction,
    users.map(({ id }) => id),
  );
  const drafts = users.map((before, index): UserDraft => {
    const target = withoutRunOutBan(before, transaction.now);
    const after = { ...target, [shadow ? 'shadow_banned' : 'banned']: true, ban_expires };
    return { index, before, after, ban: details };
  });
  const rows = await saveUsers(transaction, actor, drafts);
  // The users' own fields did not change, but the details of their bans may have.
  const told: BanRow[] = [];
  const written = rows.map((row, place) => {
    const earlier = row === users[place] ? known.get(row.id) : undefined;
    if (!earlier || (earlier.reason === details.reason && earlier.banned_by_id === details.banned_by_id))
      return row;
    const { reason: _reason, banned_by_id: _author, ...rest } = earlier;
    told.push({ ...rest, ...details });
    const user = toUser(row, transaction.now);
    logUserEvent(transaction, actor, { type: 'user.banned', user, changes: {}, ...details });
    return { ...row };
  });
  await insertRows(transaction, banTable, told, { key: 'user_id' });
  return written;
}

/**
 * Ends the open ban or the shadow ban of a user. The other one stays. A user without such a ban stays as it is.
 * @throws RollcallError what `holdTarget` refuses.
 */
export async function unbanUser(
  transaction: WriteTransaction,
  actor: Actor,
  change: { moderator: Moderator; id: string; shadow: boolean },
): Promise<UserRow> {
  const { shadow } = change;
  const { stored } = await holdTarget(transaction, change);
  const [row = stored] = await unbanHeld(transaction, actor, { users: [stored], shadow });
  return row;
}

/** Ends the open bans or the shadow bans of users whom the transaction holds, and answers like {@link banHeld}. */
export function unbanHeld(
  transaction: WriteTransaction,
  actor: Actor,
  { users, shadow }: { users: readonly UserRow[]; shadow: boolean },
): Promise<UserRow[]> {
  const drafts = users.map((before, index): UserDraft => {
    const target = withoutRunOutBan(before, transaction.now);
    const after = withoutEndedBan({ ...target, [shadow ? 'shadow_banned' : 'banned']: false });
    return { index, before, after };
  });
  return saveUsers(transaction, actor, drafts);
}

/**
 * Loads and locks the user whom a moderator bans or unbans. A user cannot moderate itself, and only an admin can
 * moderate an admin. Users of another tenant do not exist for the moderator.
 * @returns the user as stored.
 * @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED`, `NOT_ALLOWED`; `USER_BANNED` and the like for the moderator.
 */
async function holdTarget(
  transaction: WriteTransaction,
  { moderator, id }: { moderator: Moderator; id: string },
): Promise<{ stored: UserRow }> {
  if (moderator.kind === 'user' && moderator.userId === id) {
    throw new RollcallError('NOT_ALLOWED', 'id: a user cannot ban or unban itself', { field: 'id' });
  }
  const stored = (await findUsersForUpdate(transaction, [id])).get(id);
  const tenant = await tenantOfViewer(transaction, moderator);
  if (stored && !belongsTo(tenant, stored.teams)) throw userNotFound(id);
  if (!stored) {
    // The teams of a hard-deleted user are gone, so nobody can tell which tenant it belonged to.
    const erased = tenant === undefined && (await findTombstones(transaction, [id])).size > 0;
    throw erased ? userDeleted(id) : userNotFound(id);
  }
  if (stored.deleted_at !== undefined) throw userDeleted(id);
  if (moderator.kind === 'user') {
    const { role } = await loadActor(transaction, moderator.userId, { field: 'banned_by_id' });
    if (stored.role === 'admin' && role !== 'admin') {
      throw new RollcallError('NOT_ALLOWED', `id: "${id}" is an admin; only an admin can ban or unban it`, {
        field: 'id',
      });
    }
  }
  return { stored };
}

/** When a ban ends that is imposed now. @throws RollcallError `INPUT_INVALID` for a time that is over */
export function endOf(
  { timeout, expires_at }: Pick<ParsedBanUser, 'timeout' | 'expires_at'>,
  now: number,
): number | undefined {
  if (timeout !== undefined) return now + timeout * MINUTE_MS;
  if (expires_at === undefined || expires_at > now) return expires_at;
  throw new RollcallError('INPUT_INVALID', 'expires_at: the end of a ban must lie in the future', {
    field: 'expires_at',
  });
}

/** The author of the ban. It is locked, so that it is not deleted while this transaction runs. */
export async function authorOf(
  transaction: WriteTransaction,
  moderator: Moderator,
  given: string | undefined,
): Promise<string | undefined> {
  const field = 'banned_by_id';
  if (moderator.kind === 'user') {
    if (given === undefined || given === moderator.userId) return moderator.userId;
    throw new RollcallError('NOT_ALLOWED', `${field}: only a server token can name another user`, { field });
  }
  if (given === undefined) return undefined;
  const author = (await findUsersForShare(transaction, [given])).get(given);
  if (!author) throw userNotFound(given, { field });
  if (author.deleted_at !== undefined) throw userDeleted(given, { field });
  return given;
}

async function findBans(transaction: Transaction, userIds: readonly string[]): Promise<Map<string, BanRow>> {
  const { dialect } = transaction;
  const cells = await transaction.query(
    sql`SELECT ${raw(banTable.columnList)} FROM bans WHERE user_id IN (${dialect.values(userIds)})`,
  );
  const rows = cells.map((cell): BanRow => banTable.decode(cell, dialect));
  return new Map(rows.map(row => [row.user_id, row]));
}
