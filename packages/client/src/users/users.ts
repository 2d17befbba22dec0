import {
  type Filter,
  LIMITS,
  type QueryUsersAnswer,
  type QueryUsersOptions,
  type SortKey,
  type User,
} from '@rollcall/protocol';
import { answerOf } from '../to-rollcall-error.js';
import type { Api } from '../transport/transport.js';
import { allPages } from './all-pages.js';

/** What `queryUsersAll` takes beside filter and sort: whatever says which users, but not which page of them. */
export type AllUsersOptions = Omit<QueryUsersOptions, 'next' | 'offset' | 'watch' | 'presence'>;

/** Asks for one page of users. */
export async function queryUsers<Custom extends object>(
  api: Api,
  filter: Filter | undefined,
  sort: SortKey[] | undefined,
  options: QueryUsersOptions = {},
): Promise<QueryUsersAnswer<Custom>> {
  // Watching is a matter of the live connection, which this call does not go over.
  const { watch: _watch, presence: _presence, ...page } = options;
  const answer = await answerOf(api.users.query.query({ filter, sort, options: page }));
  return answer as QueryUsersAnswer<Custom>;
}

/** Asks for page after page, following the cursor. */
export function queryUsersAll<Custom extends object>(
  api: Api,
  filter: Filter | undefined,
  sort: SortKey[] | undefined,
  options: AllUsersOptions = {},
): AsyncGenerator<User<Custom>, void, undefined> {
  return allPages(async next => {
    const answer = await queryUsers<Custom>(api, filter, sort, { limit: LIMITS.pageUsers, ...options, next });
    return { items: answer.users, next: answer.next };
  });
}
