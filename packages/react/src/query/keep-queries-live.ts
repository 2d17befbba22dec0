import type { AnyItem, Client } from '@rollcall/client';
import type { AnyClient } from '../any-client.js';
import { oncePerFrame } from '../store/once-per-frame.js';
import { type Heard, patchedUsers } from './patched-users.js';
import type { QueryClientLike, QueryKey } from './query-client.js';

/** Of so many users the last state is remembered: the answer to a query that began before it may come after it. */
const REMEMBERED = 2_000;

/** Queries that hold users. */
export interface LiveQueries {
  /** The beginning of their keys, as filters of TanStack Query take it. */
  queryKey: QueryKey;
  /**
   * Where users are in the data, if they are not users as Rollcall gives them, at whatever depth. It gets the data and a function
   * that gives the newest state of a user, and returns the same data if nothing has changed.
   */
  patch?(data: unknown, newest: <Part>(part: Part) => Part): unknown;
}

/**
 * Keeps the caches of TanStack Query up to date by events: users in them are replaced by their newest state, once a frame, and no
 * query is asked again for it. When events were missed the queries are invalidated. It hears what the client hears: that of a
 * user watches those whom `queryUsers(…, { watch: true })` or `watchUsers` names, that of a back end everybody.
 * @returns what ends it.
 */
export function keepQueriesLive(
  client: AnyClient,
  queryClient: QueryClientLike,
  queries: readonly LiveQueries[],
): () => void {
  const heard = new Map<string, Heard>();
  const news = new Map<string, Heard>();
  let answered = false;
  let ended = false;

  const write = (about: ReadonlyMap<string, Heard>) => {
    const newest = <Part>(part: Part) => patchedUsers(part, about) as Part;
    for (const { queryKey, patch = (data: unknown) => newest(data) } of queries) {
      for (const [key, data] of queryClient.getQueriesData({ queryKey })) {
        const next = data === undefined ? data : patch(data, newest);
        // It is as old as before: what is not about users has not been read again.
        const updatedAt = queryClient.getQueryState(key)?.dataUpdatedAt;
        if (next !== data) queryClient.setQueryData(key, next, { updatedAt });
      }
    }
  };
  const flush = oncePerFrame(() => {
    if (ended) return;
    const about = new Map(answered ? heard : news);
    news.clear();
    answered = false;
    write(about);
  });
  const note = (id: string, part: Heard) => {
    const whole = { ...heard.get(id), ...part };
    // The last ones stay.
    heard.delete(id);
    heard.set(id, whole);
    news.set(id, whole);
    const [oldest] = heard.keys();
    if (heard.size > REMEMBERED) heard.delete(oldest as string);
    flush();
  };
  const subscription = (client as Client).on((item: AnyItem) => {
    if (item.type === 'resync') {
      heard.clear();
      news.clear();
      for (const { queryKey } of queries) queryClient.invalidateQueries({ queryKey });
    } else if (item.type === 'user.presence.changed') note(item.user.id, { presence: item.user });
    else if ('user' in item && item.user.revision) {
      const known = heard.get(item.user.id)?.user;
      if (!known || item.user.revision >= known.revision) note(item.user.id, { user: item.user });
    }
  });
  const unsubscribe = queryClient.getQueryCache().subscribe(({ type, action }) => {
    if (type !== 'updated' || action?.type !== 'success' || action.manual || !heard.size) return;
    answered = true;
    flush();
  });
  return () => {
    ended = true;
    subscription.unsubscribe();
    unsubscribe();
  };
}
