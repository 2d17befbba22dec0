import type { PresenceEvent, User } from '@rollcall/client';

/** What is known of a user from events: its state, or whether it is online, or both. */
export interface Heard {
  user?: User;
  presence?: PresenceEvent['user'];
}

/**
 * Data with the newest state of each user in it, however deep it lies: a user, a list of them, a page, the pages of an infinite
 * query. What has no news is the same object as before, and so is the whole where nothing has.
 */
export function patchedUsers(data: unknown, heard: ReadonlyMap<string, Heard>): unknown {
  if (typeof data !== 'object' || data === null) return data;
  if (isUser(data)) return patchedUser(data, heard.get(data.id));
  const parts = Object.entries(data).map(([name, part]) => [name, patchedUsers(part, heard)] as const);
  if (parts.every(([name, part]) => part === (data as Record<string, unknown>)[name])) return data;
  if (Array.isArray(data)) return parts.map(([, part]) => part);
  // What is no plain object is the app's own business.
  return Object.getPrototypeOf(data) === Object.prototype ? Object.fromEntries(parts) : data;
}

function isUser(data: object): data is User {
  const { id, revision } = data as Partial<User>;
  return typeof id === 'string' && typeof revision === 'number';
}

function patchedUser(user: User, heard: Heard | undefined): User {
  if (!heard) return user;
  const newer = heard.user && heard.user.revision >= user.revision ? heard.user : user;
  const next = heard.presence
    ? { ...newer, ...heard.presence, last_active: heard.presence.last_active }
    : newer;
  return JSON.stringify(next) === JSON.stringify(user) ? user : next;
}
