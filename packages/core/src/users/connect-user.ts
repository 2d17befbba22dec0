import { randomUUID } from 'node:crypto';
import {
  type Actor,
  type AppSettings,
  isWritableField,
  type JsonValue,
  RollcallError,
  USER_FIELDS,
  type User,
} from '@rollcall/protocol';
import { type FieldValues, type ParsedUserInput, parseUserInput } from '@rollcall/protocol/schemas';
import { judge } from '../access/judge.js';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { jsonEqual } from '../json/json-values.js';
import { draftIssues } from './check-drafts.js';
import { findUsersForUpdate } from './find-users.js';
import { mergeUser, newUserRow } from './model/replace-user.js';
import { toUser } from './model/to-user.js';
import { userChanges } from './model/user-changes.js';
import { defaultFields, type UserRow } from './model/user-table.js';
import { visibleUser } from './model/visible-user.js';
import { throwIssues } from './parse-batch.js';
import { saveUsers } from './save-users.js';
import { findTombstones } from './tombstones.js';

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
  const { value: write, issues, more } = parseUserInput(raw);
  if (!write) throw RollcallError.ofIssues(issues, issues.length + more);
  if (write.id !== userId) {
    throw new RollcallError('NOT_ALLOWED', `id: the token speaks for "${userId}", not for "${write.id}"`, {
      field: 'id',
    });
  }
  const before = (await findUsersForUpdate(transaction, [userId])).get(userId);
  const erased = !before && (await findTombstones(transaction, [userId])).size > 0;
  const { revoke_tokens_issued_before: revokedBefore } = settings;
  const refusal = judge(
    { kind: 'user', ...token },
    { user: before, erased, revokedBefore, grants: [] },
    'connect',
  );
  if (refusal) throw refusal;
  const current = before ?? newUserRow(userId, transaction.now);
  const own = withoutReserved(write, toUser(current, transaction.now));
  const after = mergeUser(before, own, transaction.now);
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
  throwIssues(
    (await draftIssues(transaction, settings, { drafts: [draft], found: [] })).map(
      ({ index: _, ...issue }) => issue,
    ),
  );
  const [row] = await saveUsers(transaction, actor, [draft]);
  return row as UserRow;
}

/**
 * What the user itself writes. A field that only servers write is left out when it says what the user reads of itself,
 * and refused when it says anything else. What the user does not see of itself, such as a shadow ban, reads as its
 * default: the answer must not tell what is stored.
 */
function withoutReserved(write: ParsedUserInput, current: User): ParsedUserInput {
  const read = { ...defaultFields(), ...visibleUser(current, 'own') };
  const own: FieldValues = {};
  for (const [field, value] of Object.entries(write.fields)) {
    if (!isWritableField(field) || USER_FIELDS[field].write !== 'server') {
      Object.assign(own, { [field]: value });
    } else if (!jsonEqual(read[field] as JsonValue | undefined, value as JsonValue)) {
      throw new RollcallError('NOT_ALLOWED', `${field}: only a server token may change it`, { field });
    }
  }
  return { ...write, fields: own };
}

/**
 * Creates a user of role `guest` for a caller without a token. It takes the profile that a connecting user may give
 * itself. Without an id the guest's id is `guest-` and a UUID. An id that a user has or had is refused, without saying
 * whose it is or what happened to that user.
 * @param raw the user as it came in.
 * @throws RollcallError `NOT_ALLOWED`, or what an upsert would say.
 */
export async function createGuest(
  transaction: WriteTransaction,
  raw: unknown,
  { settings }: { settings: AppSettings },
): Promise<UserRow> {
  const { value: write, issues, more } = parseUserInput(withId(raw));
  if (!write) throw RollcallError.ofIssues(issues, issues.length + more);
  const { id } = write;
  const stored = await findUsersForUpdate(transaction, [id]);
  if (stored.has(id) || (await findTombstones(transaction, [id])).has(id)) {
    throw new RollcallError(
      'NOT_ALLOWED',
      `id: a guest cannot have the id "${id}"; leave it out to get one`,
      {
        field: 'id',
      },
    );
  }
  const guest: UserRow = { ...newUserRow(id, transaction.now), role: 'guest' };
  const own = withoutReserved(write, toUser(guest, transaction.now));
  const after: UserRow = { ...mergeUser(undefined, own, transaction.now), role: 'guest' };
  const draft = { index: 0, before: undefined, after };
  throwIssues(
    (await draftIssues(transaction, settings, { drafts: [draft], found: [] })).map(
      ({ index: _, ...issue }) => issue,
    ),
  );
  const [row] = await saveUsers(transaction, { type: 'user', id }, [draft]);
  return row as UserRow;
}

/** Adds an id to a user without one. The check of users judges anything that is not an object. */
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
