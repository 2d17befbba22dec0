import { USER_FIELD_NAMES, USER_FIELDS } from '@rollcall/protocol';
import type { ParsedUserInput } from '@rollcall/protocol/schemas';
import { DERIVED_COLUMNS } from './derived-columns.js';
import { withoutRunOutBan } from './to-user.js';
import { defaultFields, type UserRow } from './user-table.js';

/** A user who has just come into being, with the defaults of every field. */
export function newUserRow(id: string, now: number): UserRow {
  // The defaults last: V8 adds names to a copy of an object far more slowly than it copies one.
  return {
    id,
    ...DERIVED_COLUMNS.id(id),
    created_at: now,
    updated_at: now,
    revision: 1,
    ...defaultFields(),
  };
}

/** The fields that a replacing write sets back when the payload does not name them. */
const RESET_FIELDS = USER_FIELD_NAMES.filter(field => USER_FIELDS[field].onReplace === 'reset');

/**
 * The user after a replacing write: profile fields that the payload lacks go back to their defaults, so that privileges
 * are never kept by accident; moderation, blocks, devices, presence and life cycle stay unless they are named.
 */
export function replaceUser(before: UserRow | undefined, write: ParsedUserInput, now: number): UserRow {
  if (!before) return finish(newUserRow(write.id, now) as unknown as Record<string, unknown>, write);
  const defaults: Partial<UserRow> = defaultFields();
  const after = { ...withoutRunOutBan(before, now) } as Record<string, unknown>;
  for (const field of RESET_FIELDS) after[field] = defaults[field];
  return finish(after, write);
}

/** The user after a merging write: named fields are set, everything else stays; custom data is merged key by key. */
export function mergeUser(before: UserRow | undefined, write: ParsedUserInput, now: number): UserRow {
  const after = { ...(before ? withoutRunOutBan(before, now) : newUserRow(write.id, now)) };
  const custom = { ...after.custom, ...write.custom };
  return finish(after as unknown as Record<string, unknown>, { ...write, custom });
}

function finish(after: Record<string, unknown>, write: ParsedUserInput): UserRow {
  Object.assign(after, write.fields);
  if (write.custom !== undefined) after.custom = write.custom;
  return withoutEndedBan(after as unknown as UserRow);
}

/** A time at which a ban ends says nothing about a user who is not banned. */
export function withoutEndedBan(row: UserRow): UserRow {
  if (row.banned || row.shadow_banned || row.ban_expires === undefined) return row;
  const { ban_expires: _, ...rest } = row;
  return rest;
}

/** What is left of a user after `pruning`: id, role and times. */
export function prunedUser(row: UserRow): UserRow {
  const { created_at, updated_at, last_active, deactivated_at, deleted_at, role, revision } = row;
  return {
    ...newUserRow(row.id, created_at),
    role,
    updated_at,
    revision,
    deletion: 'pruning',
    ...(last_active !== undefined && { last_active }),
    ...(deactivated_at !== undefined && { deactivated_at }),
    ...(deleted_at !== undefined && { deleted_at }),
  };
}
