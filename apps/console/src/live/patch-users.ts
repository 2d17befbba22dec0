import type { User } from '@rollcall/client/server';
import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import type { UsersPage } from '../users/users-page-query.js';

/** Makes the user of a cache into the user as it is now; the same object if nothing changed. */
export type UserPatch = (cached: User) => User;

/** Takes the user of an event, unless the cache is newer. Presence is told by a stream of its own, which is ahead. */
export function takeUser(user: User): UserPatch {
  return cached =>
    user.revision < cached.revision
      ? cached
      : { ...user, online: cached.online, last_active: cached.last_active };
}

/** Writes changes of users into every list and every page of one user. What did not change keeps its identity. */
export function patchUsers(cache: QueryClient, patches: ReadonlyMap<string, UserPatch>): void {
  if (patches.size === 0) return;
  cache.setQueriesData<InfiniteData<UsersPage>>({ queryKey: ['users', 'list'] }, list => {
    if (list === undefined) return list;
    const pages = list.pages.map(page => {
      const users = patched(page.users, patches);
      return users === page.users ? page : { ...page, users };
    });
    return pages.every((page, index) => page === list.pages[index]) ? list : { ...list, pages };
  });
  for (const [id, patch] of patches) {
    cache.setQueryData<User | null>(['users', 'one', id], user => (user ? patch(user) : user));
  }
}

function patched(users: User[], patches: ReadonlyMap<string, UserPatch>): User[] {
  let changed = false;
  const after = users.map(user => {
    const next = patches.get(user.id)?.(user) ?? user;
    changed ||= next !== user;
    return next;
  });
  return changed ? after : users;
}
