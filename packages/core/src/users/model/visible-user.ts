import { type Changes, splitPath, USER_FIELD_NAMES, USER_FIELDS, type User } from '@rollcall/protocol';
import { defaultFields } from './user-table.js';

/**
 * What of a user a viewer may see: everything (a server token, or the user itself), what is public, or nothing but the
 * id (a user of another tenant).
 */
export type Visibility = 'everything' | 'public' | 'id';

const PRIVATE_FIELDS: ReadonlySet<string> = new Set(
  USER_FIELD_NAMES.filter(field => USER_FIELDS[field].private),
);

/**
 * The user as a viewer sees it. An invisible user looks offline, and as if never active, to others. With the id alone
 * every other field is as of a user of whom nothing is known, its times and its revision 0.
 */
export function visibleUser(user: User, visibility: Visibility): User {
  if (visibility === 'everything') return user;
  if (visibility === 'id') return unknownUser(user.id);
  const seen: Partial<User> = {};
  // Every listener asks for this: leaving out is several times as fast as a copy and `delete`.
  for (const field in user) {
    if (!PRIVATE_FIELDS.has(field)) (seen as Record<string, unknown>)[field] = user[field as keyof User];
  }
  if (user.invisible) {
    seen.online = false;
    delete seen.last_active;
  }
  return seen as User;
}

/** The changes as a viewer sees them. */
export function visibleChanges(changes: Changes, visibility: Visibility): Changes {
  if (visibility === 'everything') return changes;
  if (visibility === 'id') return {};
  return Object.fromEntries(Object.entries(changes).filter(([path]) => !isPrivatePath(path)));
}

/** Whether a changed path lies in a private field. */
export function isPrivatePath(path: string): boolean {
  return PRIVATE_FIELDS.has(splitPath(path)[0] ?? '');
}

function unknownUser(id: string): User {
  return visibleUser({ id, created_at: 0, updated_at: 0, revision: 0, ...defaultFields() }, 'public');
}
