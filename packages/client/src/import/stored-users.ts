import { type Filter, isSystemId, LIMITS } from '@rollcall/protocol';
import type { Api } from '../transport/transport.js';
import { queryUsers } from '../users/users.js';
import { retry } from './retry.js';

/** Whom a synchronisation may touch. */
export interface StoredUsersOptions {
  within: Filter;
  include_deactivated_users: boolean;
  signal?: AbortSignal;
}

/** The ids of all stored users that match a filter, in their order, but for those whom the system made. */
export async function* storedUserIds(api: Api, options: StoredUsersOptions): AsyncGenerator<string> {
  let next: string | undefined;
  do {
    const page = await readPage(api, options.within, { ...options, next });
    for (const { id } of page.users) if (!isSystemId(id)) yield id;
    next = page.next;
  } while (next !== undefined);
}

/** Those of some ids, at most 100, whose users still match the filter. */
export async function stillMatching(
  api: Api,
  ids: readonly string[],
  options: StoredUsersOptions,
): Promise<string[]> {
  const { within } = options;
  const named: Filter = { id: { $in: [...ids] } };
  // Beside the other conditions, so that a filter of the largest depth gets no deeper.
  const filter = Object.hasOwn(within, 'id') ? { $and: [within, named] } : { ...within, ...named };
  const { users } = await readPage(api, filter as Filter, options);
  return users.map(user => user.id);
}

function readPage(
  api: Api,
  filter: Filter,
  { signal, include_deactivated_users, next }: StoredUsersOptions & { next?: string },
) {
  const page = { limit: LIMITS.pageUsers, include_deactivated_users, next };
  return retry(() => queryUsers(api, filter, [{ field: 'id', direction: 1 }], page), { signal });
}
