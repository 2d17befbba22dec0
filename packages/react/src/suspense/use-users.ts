import type { Filter, SortKey } from '@rollcall/client';
import type { RegisteredCustom } from '../custom-data.js';
import type { Settled } from '../result.js';
import { useSession } from '../rollcall-context.js';
import { type UsersActions, type UsersList, type UsersOptions, usersEntry } from '../store/users-entry.js';
import { useEntry } from '../use-entry.js';
import { settledResult } from './settled-result.js';

/** The users that a filter matches, as `useUsers` of `@rollcall/react` has them. The component waits for the first page. */
export function useUsers<Custom extends object = RegisteredCustom>(
  filter?: Filter<Custom>,
  sort?: SortKey<Custom>[],
  options?: UsersOptions,
): Settled<UsersList<Custom>, UsersActions> {
  const session = useSession();
  // The types of custom data end here.
  const entry = usersEntry(session, filter as Filter | undefined, sort as object[] as SortKey[], options);
  return settledResult(session, entry, useEntry(entry)) as Settled<UsersList<Custom>, UsersActions>;
}
