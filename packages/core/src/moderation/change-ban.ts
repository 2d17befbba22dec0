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
import type { BanDetails } from '../users/model/user-changes.js';
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
  const ban_expires = endOf(request, transaction.now);
  const { stored, target } = await holdTarget(transaction, { moderator, id });
  const banned_by_id = await authorOf(transaction, moderator, request.banned_by_id);
  const ban: BanDetails = {
    ...(reason !== undefined && { reason }),
    ...(banned_by_id !== undefined && { banned_by_id }),
  };
  const after = { ...target, [shadow ? 'shadow_banned' : 'banned']: true, ban_expires };
  const known = await findBan(transaction, id);
  const draft = { index: 0, before: stored, after, ban };
  const [row = stored] = await saveUsers(transaction, actor, [draft]);
  // The user's own fields did not change, but the details of its ban may have.
  const same = known?.reason === ban.reason && known?.banned_by_id === ban.banned_by_id;
  if (row === stored && known && !same) {
    const { reason: _reason, banned_by_id: _author, ...rest } = known;
    await insertRows(transaction, banTable, [{ ...rest, ...ban }], { key: 'user_id' });
    const user = toUser(row, transaction.now);
    logUserEvent(transaction, actor, { type: 'user.banned', user, changes: {}, ...ban });
  }
  return row;
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
  const { stored, target } = await holdTarget(transaction, change);
  const after = withoutEndedBan({ ...target, [shadow ? 'shadow_banned' : 'banned']: false });
  const [row = stored] = await saveUsers(transaction, actor, [{ index: 0, before: stored, after }]);
  return row;
}

/**
 * Loads and locks the user whom a moderator bans or unbans. A user cannot moderate itself, and only an admin can
 * moderate an admin. Users of another tenant do not exist for the moderator.
 * @returns the user as stored, and as it reads at this moment.
 * @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED`, `NOT_ALLOWED`; `USER_BANNED` and the like for the moderator.
 */
async function holdTarget(
  transaction: WriteTransaction,
  { moderator, id }: { moderator: Moderator; id: string },
): Promise<{ stored: UserRow; target: UserRow }> {
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
  return { stored, target: withoutRunOutBan(stored, transaction.now) };
}

function endOf({ timeout, expires_at }: ParsedBanUser, now: number): number | undefined {
  if (timeout !== undefined) return now + timeout * MINUTE_MS;
  if (expires_at === undefined || expires_at > now) return expires_at;
  throw new RollcallError('INPUT_INVALID', 'expires_at: the end of a ban must lie in the future', {
    field: 'expires_at',
  });
}

/** The author of the ban. It is locked, so that it is not deleted while this transaction runs. */
async function authorOf(
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

async function findBan(transaction: Transaction, userId: string): Promise<BanRow | undefined> {
  const [cells] = await transaction.query(
    sql`SELECT ${raw(banTable.columnList)} FROM bans WHERE user_id = ${userId}`,
  );
  return cells && banTable.decode(cells, transaction.dialect);
}
