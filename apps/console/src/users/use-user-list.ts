import type { CountUsersAnswer, User } from '@rollcall/client/server';
import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { useMatching } from '../live/use-matching.js';
import { useClient } from '../session/use-session.js';
import { countQuery, listQuery, type UserList } from './users-page-query.js';

/** A list of users as it was read, kept up to date in place, and how it has moved since. */
export interface UserListState {
  users: readonly User[];
  count: CountUsersAnswer | undefined;
  error: Error | null;
  /** Why there are not more pages of what is shown. */
  moreError: Error | null;
  /** Nothing has been read yet. */
  pending: boolean;
  /** What is shown is of the search before. */
  stale: boolean;
  hasMore: boolean;
  /** How long the server took for the first page. */
  tookMs: number | undefined;
  left: ReadonlySet<string>;
  arrived: number;
  /** Whether more have arrived than are counted. */
  moreArrived: boolean;
  readMore(): void;
  /** Reads the next page again, which failed. */
  tryMore(): void;
  /** Reads the list from its beginning. */
  reload(): void;
}

/** Reads a list of users, page after page, and follows it. */
export function useUserList(list: UserList): UserListState {
  const client = useClient();
  const cache = useQueryClient();
  const options = listQuery(client, list);
  const pages = useInfiniteQuery({ ...options, placeholderData: keepPreviousData });
  const { data, hasNextPage, isFetching, fetchNextPage } = pages;
  // Questions of one moment share a request, and rows do not wait for their number.
  const isRead = data !== undefined && !pages.isPlaceholderData;
  const count = useQuery({
    ...countQuery(client, list),
    enabled: isRead,
    placeholderData: keepPreviousData,
  });

  const users = useMemo(() => data?.pages.flatMap(page => page.users) ?? [], [data]);
  const ids = useMemo(() => new Set(users.map(({ id }) => id)), [users]);
  const { sort: _sort, ...matching } = list;
  // Of the search before there is nothing to follow.
  const position = pages.isPlaceholderData ? undefined : data?.pages[0]?.position;
  const { left, arrived, moreArrived } = useMatching(matching, position, id => ids.has(id));

  const key = JSON.stringify(options.queryKey);
  const reload = useCallback(() => {
    void cache.resetQueries({ queryKey: JSON.parse(key), exact: true });
    void cache.invalidateQueries({ queryKey: ['users', 'count'] });
  }, [cache, key]);

  return {
    users,
    count: count.data,
    error: data === undefined ? pages.error : null,
    moreError: data === undefined ? null : pages.error,
    pending: pages.isPending,
    stale: pages.isPlaceholderData,
    hasMore: hasNextPage,
    tookMs: data?.pages[0]?.tookMs,
    left,
    arrived: arrived.size,
    moreArrived,
    readMore: () => void (hasNextPage && !isFetching && !pages.error && fetchNextPage()),
    tryMore: () => void fetchNextPage(),
    reload,
  };
}
