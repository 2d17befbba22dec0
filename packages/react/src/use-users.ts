import type { Filter, SortKey } from '@rollcall/client';
import type { RegisteredCustom } from './custom-data.js';
import type { Result } from './result.js';
import { useSession } from './rollcall-context.js';
import { type UsersActions, type UsersList, type UsersOptions, usersEntry } from './store/users-entry.js';
import { useEntry } from './use-entry.js';

/**
 * The users that a filter matches, page by page, kept up to date. Nothing in the list moves by itself: a row that no longer
 * matches stays and is in `left`, and those who match by now wait in `newCount` for `showNew`. Filter, sort and options may be
 * written anew with every render.
 */
export function useUsers<Custom extends object = RegisteredCustom>(
  filter?: Filter<Custom>,
  sort?: SortKey<Custom>[],
  options?: UsersOptions,
): Result<UsersList<Custom>, UsersActions> {
  // The types of custom data end here.
  const entry = usersEntry(
    useSession(),
    filter as Filter | undefined,
    sort as object[] as SortKey[],
    options,
  );
  return useEntry(entry) as Result<UsersList<Custom>, UsersActions>;
}
