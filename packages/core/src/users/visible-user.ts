import { type Changes, splitPath, USER_FIELDS, type User, type UserField } from '@rollcall/protocol';

/** What of a user a viewer may see: everything (a server token, or the user itself), or what is public. */
export type Visibility = 'everything' | 'public';

const PRIVATE_FIELDS = (Object.keys(USER_FIELDS) as UserField[]).filter(field => USER_FIELDS[field].private);

/** The user as a viewer sees it. An invisible user looks offline, and as if never active, to others. */
export function visibleUser(user: User, visibility: Visibility): User {
  if (visibility === 'everything') return user;
  const seen: Partial<User> & Pick<User, 'id'> = { ...user };
  for (const field of PRIVATE_FIELDS) delete seen[field as 'devices'];
  if (user.invisible) {
    seen.online = false;
    delete seen.last_active;
  }
  return seen as User;
}

/** The changes as a viewer sees them. */
export function visibleChanges(changes: Changes, visibility: Visibility): Changes {
  if (visibility === 'everything') return changes;
  return Object.fromEntries(Object.entries(changes).filter(([path]) => !isPrivatePath(path)));
}

/** Whether a changed path lies in a private field. */
export function isPrivatePath(path: string): boolean {
  return (PRIVATE_FIELDS as string[]).includes(splitPath(path)[0] ?? '');
}
