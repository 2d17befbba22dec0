import { type JsonObject, type ServerClient, toRollcallError, type User } from '@rollcall/client/server';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Matching } from '../live/use-matching.js';

/** One page of a list, and how long the server took for it. */
export interface UsersPage {
  users: User[];
  next?: string;
  /** Where in the log of events the server was when it answered. */
  position: string;
  tookMs: number;
}

/** A list of users: who, and in which order. */
export interface UserList extends Matching {
  sort: { field: string; direction: 1 | -1 }[];
}

/** This many users are read at once. */
const PAGE = 100;

/** This far a count goes by itself. */
const COUNTED = 1_000;

/** The pages of a list. An answer that is no longer wanted is cancelled, on the server too. */
export function listQuery(client: ServerClient, list: UserList) {
  const { filter, sort, ...which } = list;
  return infiniteQueryOptions({
    queryKey: ['users', 'list', list],
    queryFn: async ({ pageParam, signal }): Promise<UsersPage> => {
      const startedAt = performance.now();
      const options = { limit: PAGE, ...optionsOf(which), ...(pageParam !== '' && { next: pageParam }) };
      try {
        const { users, next, position } = await client.api.users.query.query(
          { filter, sort, options },
          { signal },
        );
        return { users, next, position, tookMs: Math.round(performance.now() - startedAt) };
      } catch (error) {
        throw toRollcallError(error);
      }
    },
    initialPageParam: '',
    getNextPageParam: page => page.next,
  });
}

/** How many users a list has, no further than it is cheap. */
export function countQuery(client: ServerClient, { filter, deactivated, deleted }: Matching, upTo = COUNTED) {
  return queryOptions({
    queryKey: ['users', 'count', filter, deactivated, deleted, upTo],
    queryFn: async ({ signal }) => {
      const options = { up_to: upTo, ...optionsOf({ deactivated, deleted }) };
      try {
        return await client.api.users.count.query({ filter, options }, { signal });
      } catch (error) {
        throw toRollcallError(error);
      }
    },
  });
}

/** One user by id, whatever state it is in; null where there is none. */
export function userQuery(client: ServerClient, id: string) {
  return queryOptions({
    queryKey: ['users', 'one', id],
    queryFn: async (): Promise<User | null> => {
      const all = { include_deactivated_users: true, include_deleted_users: true };
      const { users } = await client.queryUsers({ id }, [], all);
      return users[0] ?? null;
    },
  });
}

function optionsOf({ deactivated, deleted }: Omit<Matching, 'filter'>): JsonObject {
  return {
    ...(deactivated && { include_deactivated_users: true }),
    ...(deleted && { include_deleted_users: true }),
  };
}
