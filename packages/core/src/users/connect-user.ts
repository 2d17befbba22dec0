import { randomUUID } from 'node:crypto';
import {
  type Actor,
  type AppSettings,
  isWritableField,
  type JsonValue,
  RollcallError,
  USER_FIELDS,
} from '@rollcall/protocol';
import { parseUserInput } from '@rollcall/protocol/schemas';
import { refuseToken } from '../access/access.js';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { jsonEqual } from '../json/json-values.js';
import { draftIssues } from './check-drafts.js';
import { findUsersForUpdate } from './find-users.js';
import { mergeUser, newUserRow } from './model/replace-user.js';
import { toUser } from './model/to-user.js';
import { userChanges } from './model/user-changes.js';
import type { UserRow } from './model/user-table.js';
import { throwIssues } from './parse-batch.js';
import { saveUsers } from './save-users.js';
import { findTombstones, userDeleted } from './tombstones.js';

/** What a connecting user may do to its stored object. */
export interface ConnectRights {
  /** May change the fields that are not reserved to servers; a user who comes into being always may. */
  mayUpdate(role: string): boolean;
}

/**
 * Creates the connecting user, or merges the fields that it gives into the stored one. With only an id, and nothing
 * else, an existing user is not touched. It cannot remove fields, and a role, team or ban that differs from the stored
 * one is refused rather than ignored.
 * @throws RollcallError `NOT_ALLOWED`, `USER_DELETED`, `USER_DEACTIVATED`, `TOKEN_REVOKED`, or what an upsert would say.
 */
export async function connectUser(
  transaction: WriteTransaction,
  actor: Actor,
  options: {
    raw: unknown;
    token: { userId: string; issuedAt?: number };
    settings: AppSettings;
    rights: ConnectRights;
  },
): Promise<UserRow> {
  const { raw, token, settings, rights } = options;
  const { userId } = token;
  const { value: write, issues } = parseUserInput(raw);
  if (!write) throw RollcallError.ofIssues(issues);
  if (write.id !== userId) {
    throw new RollcallError('NOT_ALLOWED', `id: the token speaks for "${userId}", not for "${write.id}"`, {
      field: 'id',
    });
  }
  refuseToken(token.issuedAt, settings.revoke_tokens_issued_before);
  const before = (await findUsersForUpdate(transaction, [userId])).get(userId);
  if (before) refuseCaller(before, token.issuedAt);
  else if ((await findTombstones(transaction, [userId])).size > 0) throw userDeleted(userId);
  const current = before ?? newUserRow(userId, transaction.now);
  for (const [field, value] of Object.entries(write.fields))
    refuseReserved(current, field, value as JsonValue);

  const after = mergeUser(before, write, transaction.now);
  const changed =
    before &&
    Object.keys(userChanges(toUser(before, transaction.now), toUser(after, transaction.now))).length > 0;
  if (changed && toUser(before, transaction.now).banned) {
    throw new RollcallError(
      'USER_BANNED',
      `the user "${userId}" is banned and cannot change itself; connect with the id only`,
    );
  }
  if (changed && !rights.mayUpdate(before.role)) {
    throw new RollcallError(
      'NOT_ALLOWED',
      `the role "${before.role}" may not update its own user; connect with the id only`,
    );
  }
  const draft = { index: 0, before, after };
  throwIssues((await draftIssues(transaction, settings, [draft])).map(({ index: _, ...issue }) => issue));
  const [row] = await saveUsers(transaction, actor, [draft]);
  return row as UserRow;
}

/**
 * Refuses a user who may not connect or call anything now.
 * @param issuedAt when the token was issued; a token that does not say so is refused once any has been revoked.
 */
export function refuseCaller(user: UserRow, issuedAt: number | undefined): void {
  if (user.deleted_at !== undefined) {
    throw userDeleted(user.id);
  }
  if (user.deactivated_at !== undefined) {
    throw new RollcallError('USER_DEACTIVATED', `the user "${user.id}" is deactivated`, { field: 'id' });
  }
  refuseToken(issuedAt, user.revoke_tokens_issued_before);
}

/** Refuses a value of a field that only servers write, unless the user has it already. */
function refuseReserved(current: UserRow, field: string, value: JsonValue): void {
  if (!isWritableField(field) || USER_FIELDS[field].write !== 'server') return;
  if (jsonEqual(current[field] as JsonValue | undefined, value)) return;
  throw new RollcallError('NOT_ALLOWED', `${field}: only a server token may change it`, { field });
}

/**
 * Makes a user of role `guest` for somebody who has no token. It takes the profile that a connecting user may give
 * itself; without an id the guest is called `guest-` and a UUID. An id that is, or was, somebody's is refused without
 * saying whose it is or what became of it.
 * @param raw the user as it came in. @param options `now` in epoch milliseconds.
 * @throws RollcallError `NOT_ALLOWED`, or what an upsert would say.
 */
export async function createGuest(
  transaction: WriteTransaction,
  raw: unknown,
  { settings }: { settings: AppSettings },
): Promise<UserRow> {
  const { value: write, issues } = parseUserInput(withId(raw));
  if (!write) throw RollcallError.ofIssues(issues);
  const { id } = write;
  const stored = await findUsersForUpdate(transaction, [id]);
  if (stored.has(id) || (await findTombstones(transaction, [id])).has(id)) {
    throw new RollcallError(
      'NOT_ALLOWED',
      `id: a guest cannot be "${id}"; leave the id out to be given one`,
      {
        field: 'id',
      },
    );
  }
  const guest: UserRow = { ...newUserRow(id, transaction.now), role: 'guest' };
  for (const [field, value] of Object.entries(write.fields)) refuseReserved(guest, field, value as JsonValue);
  const after: UserRow = { ...mergeUser(undefined, write, transaction.now), role: 'guest' };
  const draft = { index: 0, before: undefined, after };
  throwIssues((await draftIssues(transaction, settings, [draft])).map(({ index: _, ...issue }) => issue));
  const [row] = await saveUsers(transaction, { type: 'user', id }, [draft]);
  return row as UserRow;
}

/** Anything but an object is left to the check of users. */
function withId(raw: unknown): unknown {
  if (raw === undefined) return { id: newGuestId() };
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return raw;
  return Object.hasOwn(raw, 'id') && (raw as { id?: unknown }).id !== undefined
    ? raw
    : { ...raw, id: newGuestId() };
}

function newGuestId(): string {
  return `guest-${randomUUID()}`;
}
