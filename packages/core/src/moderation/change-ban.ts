import { type Actor, RollcallError } from '@rollcall/protocol';
import type { ParsedBanUser } from '@rollcall/protocol/schemas';
import sql, { raw } from 'sql-template-tag';
import { belongsTo } from '../access/access.js';
import { insertRows } from '../database/table.js';
import type { Transaction, WriteTransaction } from '../database/unit-of-work.js';
import { loadActor, tenantOfViewer } from '../products/viewer.js';
import { type BanRow, banTable } from '../users/bans.js';
import { findUsersForShare, findUsersForUpdate, userNotFound } from '../users/find-users.js';
import { logUserEvent } from '../users/log-user-event.js';
import { withoutEndedBan } from '../users/model/replace-user.js';
import { toUser, withoutRunOutBan } from '../users/model/to-user.js';
import type { BanDetails } from '../users/model/user-changes.js';
import type { UserRow } from '../users/model/user-table.js';
import { saveUsers } from '../users/save-users.js';
import { findTombstones, userDeleted } from '../users/tombstones.js';

/** Who bans or unbans: a back end, or a user whose role allows it. */
export type Moderator = { kind: 'server' } | { kind: 'user'; userId: string };

/**
 * The user whom a moderator bans or unbans; nobody else changes it before the end of the transaction. A user does not
 * moderate itself, and not an admin unless it is one; who is of another tenant does not exist for it.
 * @returns the user as it is stored, and as it reads at this moment.
 * @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED`, `NOT_ALLOWED`; `USER_BANNED` and the like for the moderator.
 */
async function holdTarget(
  transaction: WriteTransaction,
  { moderator, id }: { moderator: Moderator; id: string },
): Promise<{ stored: UserRow; target: UserRow }> {
  if (moderator.kind === 'user' && moderator.userId === id) {
    throw new RollcallError('NOT_ALLOWED', 'id: nobody bans or unbans themselves', { field: 'id' });
  }
  const stored = (await findUsersForUpdate(transaction, [id])).get(id);
  const tenant = await tenantOfViewer(transaction, moderator);
  if (stored && !belongsTo(tenant, stored.teams)) throw userNotFound(id);
  if (!stored) {
    const erased = (await findTombstones(transaction, [id])).size > 0;
    throw erased ? userDeleted(id) : userNotFound(id);
  }
  if (stored.deleted_at !== undefined) throw userDeleted(id);
  if (moderator.kind === 'user') {
    const { role } = await loadActor(transaction, moderator.userId, { field: 'banned_by_id' });
    if (stored.role === 'admin' && role !== 'admin') {
      throw new RollcallError('NOT_ALLOWED', `id: "${id}" is an admin, whom only an admin bans or unbans`, {
        field: 'id',
      });
    }
  }
  return { stored, target: withoutRunOutBan(stored, transaction.now) };
}

const MINUTE_MS = 60_000;

/**
 * Bans a user, or changes its ban to what is asked for now; a ban that is already so changes nothing, and it keeps the
 * time at which it began. An open ban and a shadow ban of one user end together, when the later call says.
 * @throws RollcallError what {@link holdTarget} refuses; `NOT_ALLOWED` for a user token that names another author;
 * `USER_NOT_FOUND`, `USER_DELETED` for the author; `INPUT_INVALID` for an end that is past.
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
  // The user's own fields did not change; what is said of the ban may.
  const same = known?.reason === ban.reason && known?.banned_by_id === ban.banned_by_id;
  if (row === stored && known && !same) {
    const { reason: _reason, banned_by_id: _author, ...rest } = known;
    await insertRows(transaction, banTable, [{ ...rest, ...ban }], { key: 'user_id' });
    const user = toUser(row, transaction.now);
    logUserEvent(transaction, actor, { type: 'user.banned', user, changes: {}, ...ban });
  }
  return row;
}

function endOf({ timeout, expires_at }: ParsedBanUser, now: number): number | undefined {
  if (timeout !== undefined) return now + timeout * MINUTE_MS;
  if (expires_at === undefined || expires_at > now) return expires_at;
  throw new RollcallError('INPUT_INVALID', 'expires_at: a ban ends at a time to come; this one is past', {
    field: 'expires_at',
  });
}

/** In whose name the ban stands; that user is not deleted while this transaction runs. */
async function authorOf(
  transaction: WriteTransaction,
  moderator: Moderator,
  given: string | undefined,
): Promise<string | undefined> {
  const field = 'banned_by_id';
  if (moderator.kind === 'user') {
    if (given === undefined || given === moderator.userId) return moderator.userId;
    throw new RollcallError('NOT_ALLOWED', `${field}: only a server token names somebody else`, { field });
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

/**
 * Ends the open ban of a user, or its shadow ban; the other one stays. A user without it stays as it is.
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
