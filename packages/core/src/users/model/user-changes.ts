import {
  type Change,
  type Changes,
  type DeletionModes,
  isUserField,
  type JsonValue,
  USER_FIELD_NAMES,
  USER_FIELDS,
  type User,
  type UserEvent,
} from '@rollcall/protocol';
import { isJsonObject, jsonEqual } from '../../json/json-values.js';
import type { UserRow } from './user-table.js';

/** What is said of a ban beside what the user's own fields say. */
export interface BanDetails {
  reason?: string;
  banned_by_id?: string;
}

/** A change to a list that only the user itself sees, and the one entry of it that came or went. */
export interface OwnChange extends Pick<UserEvent, 'target_id' | 'device'> {
  type: 'user.blocked' | 'user.unblocked' | 'user.device.added' | 'user.device.removed';
}

/** A change to one user that has been worked out and not yet written. */
export interface UserDraft {
  /** Position in the batch, for errors. */
  index: number;
  /** Absent for a user who comes into being. */
  before?: UserRow;
  after: UserRow;
  /** Of a deletion: what its event says about how it is done. */
  modes?: DeletionModes;
  /** Of a ban: why and by whom; absent: what is stored about that stays. */
  ban?: BanDetails;
  /** Of a change to blocks or devices: the event that tells it. */
  told?: OwnChange;
}

/** All fields but those whose changes no event tells: they say when and how often a user changed, or what it is doing. */
const COMPARED = USER_FIELD_NAMES.filter(
  field => !['never', 'apart', 'along'].includes(USER_FIELDS[field].changes as string),
);

/**
 * What differs between two states of a user, by dotted path. It goes into objects only where both sides are objects, so
 * that {@link userBefore} can undo it exactly.
 */
export function userChanges(before: Partial<User>, after: Partial<User>): Changes {
  const changes: Changes = {};
  for (const field of COMPARED) {
    compare(before[field] as JsonValue | undefined, after[field] as JsonValue | undefined, field, changes);
  }
  return changes;
}

function compare(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  path: string,
  changes: Changes,
): void {
  if (before === after) return;
  if (isJsonObject(before) && isJsonObject(after)) {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
      compare(before[name], after[name], `${path}.${name}`, changes);
    }
  } else if (!jsonEqual(before, after)) {
    changes[path] = { ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
  }
}

/** The state of a user before the changes that led to the given one. */
export function userBefore(after: User, changes: Changes): User {
  const before = structuredClone(after) as unknown as Record<string, JsonValue>;
  for (const [path, change] of Object.entries(changes)) undo(before, segmentsOf(path), change);
  return before as unknown as User;
}

/**
 * As much of a changed path as a user has, and whether the user still has there what it came to hold. The names in custom
 * data and in maps can be data, too; that of a field is not.
 */
export function reachChange(
  user: User,
  path: string,
  after: JsonValue | undefined,
): { path: string; still: boolean } {
  const [field = '', ...names] = segmentsOf(path);
  const reached = [field];
  let value = user[field as keyof User] as JsonValue | undefined;
  for (const name of names) {
    if (!isJsonObject(value) || !Object.hasOwn(value, name)) return { path: reached.join('.'), still: false };
    reached.push(name);
    value = value[name];
  }
  return { path, still: jsonEqual(value, after) };
}

/** A name in a map may hold dots, so all that follows `teams_role.` is one name. */
function segmentsOf(path: string): string[] {
  const segments = path.split('.');
  const [field = ''] = segments;
  if (segments.length === 1 || !isUserField(field) || USER_FIELDS[field].holds !== 'map') return segments;
  return [field, path.slice(field.length + 1)];
}

function undo(root: Record<string, JsonValue>, segments: string[], change: Change): void {
  const parents = segments.slice(0, -1);
  const name = segments.at(-1) as string;
  let parent = root;
  for (const segment of parents) parent = parent[segment] as Record<string, JsonValue>;
  if (change.before === undefined) delete parent[name];
  else parent[name] = change.before;
}
