import type { PresenceEvent, User } from '@rollcall/client';

/** What was heard of a user, and when: each thing that is heard is one moment. */
export interface Heard {
  user?: User;
  userAt: number;
  presence?: PresenceEvent['user'];
  presenceAt: number;
}

/** What was heard by now, for data that was read at some moment. */
export interface News {
  heard: ReadonlyMap<string, Heard>;
  since: number;
}

/**
 * Data with the newest state of each user in it, however deep it lies: a user, a list of them, a page, the pages of an infinite
 * query. What has no news is the same object as before, and so is the whole where nothing has.
 */
export function patchedUsers(data: unknown, news: News): unknown {
  if (typeof data !== 'object' || data === null) return data;
  if (Array.isArray(data)) return patchedList(data, news);
  if (isUser(data)) return patchedUser(data, news);
  // What is no plain object is the app's own business.
  if (Object.getPrototypeOf(data) !== Object.prototype) return data;
  let after: Record<string, unknown> | undefined;
  for (const [name, part] of Object.entries(data)) {
    const next = patchedUsers(part, news);
    if (next !== part) after = { ...(after ?? data), [name]: next };
  }
  return after ?? data;
}

/** Lists are long, and few of their users have changed: they are copied when one has. */
function patchedList(list: readonly unknown[], news: News): readonly unknown[] {
  let after: unknown[] | undefined;
  for (let index = 0; index < list.length; index++) {
    const part = list[index];
    const next = patchedUsers(part, news);
    if (next === part) continue;
    after ??= [...list];
    after[index] = next;
  }
  return after ?? list;
}

function isUser(data: object): data is User {
  const { id, revision } = data as Partial<User>;
  return typeof id === 'string' && typeof revision === 'number';
}

function patchedUser(user: User, { heard, since }: News): User {
  const known = heard.get(user.id);
  if (!known) return user;
  const told = isNewer(known, user, since) ? known.user : undefined;
  const presence = known.presenceAt > since ? known.presence : undefined;
  if (!told && !presence) return user;
  // An event shows a user as it was written. Who is online is told beside the log, and is ahead of it.
  const { online, last_active } = presence ?? user;
  const next = { ...(told ?? user), online };
  // A property more than there was makes objects of another kind, which are several times as slow to go through.
  if (next.last_active !== last_active) next.last_active = last_active;
  return JSON.stringify(next) === JSON.stringify(user) ? user : next;
}

/** A revision says which of two states is newer. Of the same revision, what was heard since counts. */
function isNewer({ user: told, userAt }: Heard, user: User, since: number): boolean {
  return !!told && (told.revision > user.revision || (told.revision === user.revision && userAt > since));
}
