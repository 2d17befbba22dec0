import { randomUUID } from 'node:crypto';
import {
  type AppSettings,
  isWritableField,
  type JsonValue,
  RollcallError,
  USER_FIELDS,
  type User,
} from '@rollcall/protocol';
import { type FieldValues, type ParsedUserInput, parseUserInput } from '@rollcall/protocol/schemas';
import { grantsOf } from '../access/access.js';
import { judge } from '../access/judge.js';
import { jsonEqual } from '../json/json-values.js';
import { mergeUser, newUserRow } from './model/replace-user.js';
import { toUser } from './model/to-user.js';
import { userChanges } from './model/user-changes.js';
import { defaultFields, type UserRow } from './model/user-table.js';
import { visibleUser } from './model/visible-user.js';
import type { DraftedWrite, KnownUsers, UserWrite } from './user-write.js';

/**
 * The write of a connecting user, which creates it, or merges the fields that it gives into the stored one. With only an id,
 * and nothing else, an existing user is not touched. It cannot remove fields, and a role, team or ban that differs from the
 * stored one is refused rather than ignored.
 * @throws RollcallError `NOT_ALLOWED`, or what an upsert would say; worked out, also `USER_DELETED`, `USER_DEACTIVATED`,
 * `TOKEN_REVOKED` and `USER_BANNED`.
 */
export function connection(token: { userId: string; issuedAt?: number }, raw: unknown): UserWrite {
  const { userId } = token;
  const { value: write, issues, more } = parseUserInput(raw);
  if (!write) throw RollcallError.ofIssues(issues, issues.length + more);
  if (write.id !== userId) {
    throw new RollcallError('NOT_ALLOWED', `id: the token speaks for "${userId}", not for "${write.id}"`, {
      field: 'id',
    });
  }
  const draft = ({ stored, erased, settings, now }: KnownUsers): DraftedWrite => {
    const before = stored.get(userId);
    const evidence = {
      user: before,
      erased: erased.has(userId),
      revokedBefore: settings.revoke_tokens_issued_before,
      grants: [],
    };
    const refusal = judge({ kind: 'user', ...token }, evidence, 'connect');
    if (refusal) throw refusal;
    const own = withoutReserved(write, toUser(before ?? newUserRow(userId, now), now));
    const after = mergeUser(before, own, now);
    if (before) refuseChange({ before, after }, settings, now);
    return { drafts: [{ index: 0, before, after }], found: [], unnumbered: true };
  };
  return { actor: { type: 'user', id: userId }, ids: [userId], draft };
}

/** A user who is banned, or whose role may not update its own user, connects without a change. */
function refuseChange(
  { before, after }: { before: UserRow; after: UserRow },
  settings: AppSettings,
  now: number,
): void {
  const current = toUser(before, now);
  if (Object.keys(userChanges(current, toUser(after, now))).length === 0) return;
  if (current.banned) {
    throw new RollcallError(
      'USER_BANNED',
      `the user "${before.id}" is banned and cannot change itself; connect with the id only`,
    );
  }
  if (!grantsOf(settings, before.role).includes('update-own-user')) {
    throw new RollcallError(
      'NOT_ALLOWED',
      `the role "${before.role}" may not update its own user; connect with the id only`,
    );
  }
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
 * The write of a user of role `guest` for a caller without a token. It takes the profile that a connecting user may give
 * itself. Without an id the guest's id is `guest-` and a UUID. An id that a user has or had is refused, without saying
 * whose it is or what happened to that user.
 * @param raw the user as it came in.
 * @param guestsByDefault whether guests may come in while the settings do not say.
 * @throws RollcallError `NOT_ALLOWED`, or what an upsert would say.
 */
export function guestConnection(raw: unknown, guestsByDefault: boolean): UserWrite {
  const { value: write, issues, more } = parseUserInput(withId(raw));
  const draft = ({ stored, erased, settings, now }: KnownUsers): DraftedWrite => {
    if (!(settings.guests_enabled ?? guestsByDefault)) {
      throw new RollcallError(
        'NOT_ALLOWED',
        'this app does not accept guests; the setting guests_enabled allows them',
      );
    }
    if (!write) throw RollcallError.ofIssues(issues, issues.length + more);
    const { id } = write;
    if (stored.has(id) || erased.has(id)) {
      throw new RollcallError(
        'NOT_ALLOWED',
        `id: a guest cannot have the id "${id}"; leave it out to get one`,
        {
          field: 'id',
        },
      );
    }
    const guest: UserRow = { ...newUserRow(id, now), role: 'guest' };
    const own = withoutReserved(write, toUser(guest, now));
    const after: UserRow = { ...mergeUser(undefined, own, now), role: 'guest' };
    return { drafts: [{ index: 0, after }], found: [], unnumbered: true };
  };
  const ids = write ? [write.id] : [];
  return { actor: { type: 'user', ...(write && { id: write.id }) }, ids, draft };
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
