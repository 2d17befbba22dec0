import type { Filter, SortKey, User } from '@rollcall/protocol';
import { type ArgumentsOf, checked } from '../check/checked-methods.js';
import type { Api } from '../transport/transport.js';
import { ALL_USERS_OPTIONS, FILTER, SORT } from './user-kinds.js';
import { type AllUsersOptions, allPages, queryUsersAll } from './users.js';

interface QueryUsersAll<Custom extends object> {
  queryUsersAll<Known extends object = Custom>(
    filter?: Filter<Known>,
    sort?: SortKey<Known>[],
    options?: AllUsersOptions,
  ): AsyncGenerator<User<Custom>, void, undefined>;
}

const ARGUMENTS: ArgumentsOf<QueryUsersAll<object>> = {
  queryUsersAll: [
    ['filter', FILTER],
    ['sort', SORT],
    ['options', ALL_USERS_OPTIONS],
  ],
};

/** The method `queryUsersAll`. Like the errors of the server, a refusal of its arguments comes with the first user. */
export function queryUsersAllMethod<Custom extends object>(api: Api): QueryUsersAll<Custom> {
  const method: QueryUsersAll<Custom> = {
    queryUsersAll: (filter, sort, options) => queryUsersAll<Custom>(api, filter, sort, options),
  };
  return checked(method, ARGUMENTS, refusal => allPages(() => Promise.reject(refusal)));
}
