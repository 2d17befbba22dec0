import type { JsonObject, Task } from '@rollcall/client/server';
import type { UsersSearch } from '../users/users-search.js';

/** The list of the users whom a task has touched, and how sure that is. */
export interface TouchedUsers {
  search: UsersSearch;
  label: string;
  /** What the list cannot tell. */
  caveat?: string;
}

/**
 * Where the users are whom a task has changed. A task that names its users names them by id. One that acts on many keeps only
 * those who failed, so what is left is the time in which it ran. Undefined where nobody was changed, or nothing shows who was.
 */
export function touchedUsers(task: Task): TouchedUsers | undefined {
  const { type, action, progress, started_at, finished_at } = task;
  if (progress.done === 0 || type === 'users.export' || action === 'export' || action === 'revoke_tokens')
    return undefined;
  if (type !== 'users.act') {
    const ids = Object.entries(task.result?.users ?? {}).flatMap(([id, { status }]) =>
      status === 'done' ? [id] : [],
    );
    if (ids.length === 0) return undefined;
    return { search: { filter: { id: { $in: ids } }, with: 'deleted' }, label: 'The users it changed' };
  }
  if (started_at === undefined) return undefined;
  const while_: JsonObject = { $gte: started_at, ...(finished_at !== undefined && { $lte: finished_at }) };
  if (action === 'deactivate') {
    const search: UsersSearch = { filter: { deactivated_at: while_ }, with: 'deactivated' };
    return { search, label: 'The users who were deactivated while it ran' };
  }
  return {
    search: { filter: { updated_at: while_ }, with: 'deleted' },
    label: 'The users who changed while it ran, and not since',
    caveat: 'Shadow bans and fields that others cannot see are no such change.',
  };
}
