import { randomUUID } from 'node:crypto';
import { type AppSettings, type JsonValue, RollcallError } from '@rollcall/protocol';
import { parseUserInput } from '@rollcall/protocol/schemas';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { throwIssues } from './check-batch.js';
import { draftIssues } from './check-drafts.js';
import { refuseReserved } from './connect-user.js';
import { findUsersForUpdate } from './find-users.js';
import { mergeUser, newUserRow } from './model/replace-user.js';
import type { UserRow } from './model/user-table.js';
import { saveUsers } from './save-users.js';
import { findTombstones } from './tombstones.js';

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
