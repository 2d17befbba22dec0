import {
  type CountUsersAnswer,
  type CountUsersOptions,
  type Filter,
  LIMITS,
  type PartialUserUpdate,
  type QueryUsersAnswer,
  type QueryUsersOptions,
  RollcallError,
  refuseUndefinedOperands,
  type SortKey,
  type UpsertUserInput,
  type UpsertUsersInput,
  type User,
  type UserAsIsInput,
  type UsersAnswer,
} from '@rollcall/protocol';
import { answerOf } from '../to-rollcall-error.js';
import type { Api } from '../transport/transport.js';

/**
 * The options of `queryUsers` of a back end: it has no connection of a user that could watch those who are found, and follows
 * users with `watchEvents` and `watchPresence`.
 */
export type UsersPageOptions = Omit<QueryUsersOptions, 'watch' | 'presence'>;

/** The options of `queryUsersAll`: those that say which users, but not those that say which page. */
export type AllUsersOptions = Omit<QueryUsersOptions, 'next' | 'offset' | 'watch' | 'presence'>;

/**
 * Reads one page of users.
 * @throws RollcallError `INPUT_INVALID` for a filter in which anything is undefined; nothing is sent then.
 */
export async function queryUsers<Custom extends object>(
  api: Api,
  filter: object | undefined,
  sort: object[] | undefined,
  options: QueryUsersOptions = {},
): Promise<QueryUsersAnswer<Custom>> {
  refuseUndefinedOperands(filter);
  // Watching concerns the live connection, which does not carry this call.
  const { watch: _watch, presence: _presence, ...page } = options;
  // The types of custom data end here: on the wire it is any JSON.
  const asked = { filter: filter as Filter | undefined, sort: sort as SortKey[] | undefined };
  const answer = await answerOf(api.users.query.query({ ...asked, options: page }));
  return answer as QueryUsersAnswer<Custom>;
}

/** Reads page after page of users. */
export function queryUsersAll<Custom extends object>(
  api: Api,
  filter: object | undefined,
  sort: object[] | undefined,
  options: AllUsersOptions = {},
): AsyncGenerator<User<Custom>, void, undefined> {
  return allPages(async next => {
    const answer = await queryUsers<Custom>(api, filter, sort, { limit: LIMITS.pageUsers, ...options, next });
    return { items: answer.users, next: answer.next };
  });
}

/** Counts users. @throws RollcallError `INPUT_INVALID` for a filter in which anything is undefined. */
export function countUsers(
  api: Api,
  filter: object | undefined,
  options: CountUsersOptions = {},
): Promise<CountUsersAnswer> {
  refuseUndefinedOperands(filter);
  return answerOf(api.users.count.query({ filter: filter as Filter | undefined, options }));
}

/** Replaces a batch of users. */
export async function upsertUsers<Custom extends object>(
  api: Api,
  users: (UpsertUserInput<Custom> | UserAsIsInput<Custom> | User<Custom>)[],
  { signal, ...how }: Omit<UpsertUsersInput, 'users'> & { signal?: AbortSignal } = {},
): Promise<UsersAnswer<Custom>> {
  // The types of custom data end here: on the wire it is any JSON.
  const input = { ...how, users: users as unknown as UpsertUserInput[] };
  return (await answerOf(api.users.upsert.mutate(input, { signal }))) as UsersAnswer<Custom>;
}

/** Changes parts of a batch of users. */
export async function partialUpdateUsers<Custom extends object>(
  api: Api,
  updates: object[],
): Promise<UsersAnswer<Custom>> {
  const users = updates as PartialUserUpdate[];
  return (await answerOf(api.users.partialUpdate.mutate({ users }))) as UsersAnswer<Custom>;
}

/** The only user in the answer to a batch of one. */
export function onlyUser<Custom extends object>(answer: UsersAnswer<Custom>): User<Custom> {
  const [user] = Object.values(answer.users);
  if (!user) throw new RollcallError('INTERNAL', 'the answer of the server lacks the user');
  return user;
}

/**
 * Reads one page after the other and yields the items one by one. A reader that stops early causes no further read.
 * @param read reads the page after a cursor. It gets undefined for the first page.
 */
export async function* allPages<Item>(
  read: (next: string | undefined) => Promise<{ items: Item[]; next?: string }>,
): AsyncGenerator<Item, void, undefined> {
  let next: string | undefined;
  do {
    const page = await read(next);
    yield* page.items;
    next = page.next;
  } while (next !== undefined);
}
