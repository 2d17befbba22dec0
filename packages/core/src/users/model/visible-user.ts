import {
  type Changes,
  privatePathMetBy,
  splitPath,
  USER_FIELD_NAMES,
  USER_FIELDS,
  type User,
} from '@rollcall/protocol';
import { publicCustom } from './public-custom.js';
import { userBefore, userChanges } from './user-changes.js';
import { defaultFields, type UserRow } from './user-table.js';

/**
 * What of a user a viewer may see: everything (a server token), what the user sees of itself, what is public, or nothing
 * but the id (a user of another tenant).
 */
export type Visibility = 'everything' | 'own' | PublicSight | 'id';

/** A name for a visibility: viewers whose visibility has the same name see the same. */
export function visibilityKey(visibility: Visibility): string {
  if (typeof visibility === 'string') return visibility;
  const { privatePaths } = visibility;
  // A constant, because every judgement of a filter for a user asks for it.
  return privatePaths.length === 0 ? 'public' : `public ${privatePaths.join(' ')}`;
}

/** What is public of a user. Parts of its custom data may be the user's own by the setting `private_custom_fields`. */
interface PublicSight {
  readonly privatePaths: readonly string[];
}

const HIDDEN_FIELDS = {
  own: new Set<string>(USER_FIELD_NAMES.filter(field => USER_FIELDS[field].seenBy === 'server')),
  public: new Set<string>(USER_FIELD_NAMES.filter(field => USER_FIELDS[field].seenBy !== 'all')),
} as const;

/**
 * The user as a viewer sees it. An invisible user looks offline, and as if never active, to others. The user itself is
 * told the end of an open ban only: a shadow ban has the same field, and is not told. With the id alone every other field
 * is as of a user of whom nothing is known, its times and its revision 0.
 */
export function visibleUser(user: User, visibility: Visibility): User {
  if (visibility === 'everything') return user;
  if (visibility === 'id') return unknownUser(user.id);
  const hidden = HIDDEN_FIELDS[visibility === 'own' ? 'own' : 'public'];
  const seen: Partial<User> = {};
  // Every listener asks for this: leaving out is several times as fast as a copy and `delete`.
  for (const field in user) {
    if (!hidden.has(field)) (seen as Record<string, unknown>)[field] = user[field as keyof User];
  }
  if (visibility === 'own') {
    if (!user.banned) delete seen.ban_expires;
    return seen as User;
  }
  if (visibility.privatePaths.length > 0) seen.custom = publicCustom(user.custom, visibility.privatePaths);
  if (user.invisible) {
    seen.online = false;
    delete seen.last_active;
  }
  return seen as User;
}

/**
 * The changes that led to a user, as a viewer sees them. Of a field that it sees in part they are what differs between
 * what it saw before and what it sees now.
 */
export function visibleChanges(after: User, changes: Changes, visibility: Visibility): Changes {
  if (visibility === 'everything') return changes;
  if (visibility === 'id') return {};
  const hidden = HIDDEN_FIELDS[visibility === 'own' ? 'own' : 'public'];
  const seen: Changes = {};
  const inPart = new Set<FieldInPart>();
  for (const [path, change] of Object.entries(changes)) {
    const [field = '', ...names] = splitPath(path);
    const part = fieldInPart(field, names, visibility);
    if (part) inPart.add(part);
    if (part !== field && !hidden.has(field)) seen[path] = change;
  }
  if (inPart.size === 0) return seen;
  const then = visibleUser(userBefore(after, changes), visibility);
  const now = visibleUser(after, visibility);
  for (const field of inPart) {
    Object.assign(seen, userChanges({ [field]: then[field] }, { [field]: now[field] }));
  }
  return seen;
}

/** A field that a viewer may see in part. */
type FieldInPart = 'ban_expires' | 'custom';

/** The field of which a viewer may see something different after a change, if it sees that field in part. */
function fieldInPart(
  changed: string,
  names: readonly string[],
  visibility: 'own' | PublicSight,
): FieldInPart | undefined {
  // Whether the user itself sees the end of a ban depends on the kind of the ban.
  if (visibility === 'own') {
    return changed === 'banned' || changed === 'ban_expires' ? 'ban_expires' : undefined;
  }
  const met = changed === 'custom' && privatePathMetBy(names, visibility.privatePaths) !== undefined;
  return met ? 'custom' : undefined;
}

/**
 * Whether the changes that led to a user show to others.
 * @param privatePaths the setting `private_custom_fields`.
 */
export function showsToOthers(after: User, changes: Changes, privatePaths: readonly string[]): boolean {
  return Object.keys(visibleChanges(after, changes, { privatePaths })).length > 0;
}

/**
 * The marks of a change, which everybody who sees the user sees: both move when others can see the change, and stay when
 * they cannot, so that they never tell that something private has changed.
 * @param before absent for a user who comes into being.
 */
export function marksOf(
  before: Pick<UserRow, 'updated_at' | 'revision'> | undefined,
  change: { visible: boolean; now: number },
): Pick<UserRow, 'updated_at' | 'revision'> {
  if (!before) return { updated_at: change.now, revision: 1 };
  const { updated_at, revision } = before;
  return change.visible ? { updated_at: change.now, revision: revision + 1 } : { updated_at, revision };
}

function unknownUser(id: string): User {
  const known = { id, created_at: 0, updated_at: 0, revision: 0, ...defaultFields() };
  return visibleUser(known, { privatePaths: [] });
}
