import type { AnyItem, User } from '@rollcall/client';
import { oncePerFrame } from '../store/once-per-frame.js';
import { type Heard, type News, patchedUsers } from './patched-users.js';
import type { QueryClientLike, QueryKey, QueryLike } from './query-client.js';

/** Of so many users the last state is remembered: the answer to a query that began before it may come after it. */
const REMEMBERED = 10_000;

/** Queries that hold users. */
export interface LiveQueries {
  /** The beginning of their keys, as filters of TanStack Query take it. The first entry that takes a query counts. */
  queryKey: QueryKey;
  /**
   * Where users are in the data, if they are not users as Rollcall gives them, at whatever depth. It gets the data and a function
   * that gives the newest state of a user, and returns the same data if nothing has changed. `false`: these hold no users, and are
   * read again when events were missed.
   */
  patch?: false | ((data: unknown, newest: <Part>(part: Part) => Part, about: PatchedQuery) => unknown);
}

/** What else a patch may go by. */
export interface PatchedQuery {
  queryKey: QueryKey;
  /** A user of whom an event has come since the data was read: data that says there is no such user may take it. */
  user(id: string): User | undefined;
}

/** What a bridge does beside. */
export interface QueryBridgeOptions {
  /** Gets everything that was heard, a frame's worth at a time and in order, after the caches have it. */
  onFrame?(items: readonly AnyItem[]): void;
}

/** What keeps queries up to date by what it is told. */
export interface QueryBridge {
  /** Takes what a client has heard: an event, who is online, that events were missed. Caches have it with the next frame. */
  hear(item: AnyItem): void;
  /** Takes a user as a write has answered it. Caches have it at once. */
  take(user: User): void;
  /**
   * Has everything read again, as after missed events: the stream of events has begun, say, and what was read before may have
   * changed meanwhile. Without `underWay` what is being read right now counts as new enough.
   */
  readAgain(options?: { underWay?: boolean }): void;
  end(): void;
}

/**
 * Keeps the caches of TanStack Query up to date by whatever is handed to it: users in them are replaced by their newest state, once
 * a frame, and no query is asked again for it. An answer that is older than an event that has come is mended before a
 * component shows it. Nothing else about a query changes: what was invalidated stays so, and is as old as it was.
 */
export function queryBridge(
  queryClient: QueryClientLike,
  queries: readonly LiveQueries[],
  { onFrame }: QueryBridgeOptions = {},
): QueryBridge {
  const cache = queryClient.getQueryCache();
  const heard = new Map<string, Heard>();
  /** What of it the caches do not have yet. */
  const news = new Map<string, Heard>();
  /** How much had been heard when a query was asked. */
  const began = new WeakMap<QueryLike, number>();
  /** What is read once more when its answer has come. */
  const again = new Set<QueryLike>();
  let items: AnyItem[] = [];
  let now = 0;
  let written = 0;
  let writing = false;
  let ended = false;

  const write = (query: QueryLike, { patch = (data, newest) => newest(data) }: LiveQueries, told: News) => {
    const { data } = query.state;
    if (!patch || data === undefined) return;
    const next = patch(data, part => patchedUsers(part, told) as typeof part, {
      queryKey: query.queryKey,
      user: id => {
        const known = told.heard.get(id);
        return known && known.userAt > told.since ? known.user : undefined;
      },
    });
    if (next === data) return;
    writing = true;
    // Data that is set by its key would count as read by now: an invalidation, an error and its age would be gone.
    query.setState({ data: next });
    writing = false;
  };
  const flush = () => {
    if (ended) return;
    if (news.size > 0) {
      const told = { heard: new Map(news), since: written };
      news.clear();
      written = now;
      for (const [query, entry] of queriesOf(queryClient, queries)) write(query, entry, told);
    }
    const batch = items;
    items = [];
    if (batch.length > 0) onFrame?.(batch);
  };
  const flushSoon = oncePerFrame(flush);

  const note = (id: string, part: { user: User } | { presence: Heard['presence'] }) => {
    now += 1;
    const known = { userAt: 0, presenceAt: 0, ...heard.get(id), ...part };
    known['user' in part ? 'userAt' : 'presenceAt'] = now;
    // The last ones stay.
    heard.delete(id);
    heard.set(id, known);
    news.set(id, known);
    if (heard.size > REMEMBERED) heard.delete(heard.keys().next().value as string);
    // A page that nobody sees may wait long for its frame.
    if (news.size >= REMEMBERED) flush();
  };
  const noteUser = (user: User) => {
    const known = heard.get(user.id)?.user;
    if (!known || user.revision >= known.revision) note(user.id, { user });
  };
  const readAgain: QueryBridge['readAgain'] = ({ underWay = true } = {}) => {
    if (ended) return;
    const idle = new Set<object>();
    for (const query of queriesOf(queryClient, queries).keys()) {
      if (query.state.fetchStatus === 'idle') idle.add(query);
      else if (underWay) again.add(query);
    }
    void queryClient.invalidateQueries({ predicate: query => idle.has(query) });
  };
  const unsubscribe = cache.subscribe(({ type, query, action }) => {
    if (type === 'removed') again.delete(query);
    if (type !== 'updated' || !action || writing) return;
    if (STARTS.has(action.type)) began.set(query, now);
    // A question that is taken back sets its query back to what it was before.
    const answered = action.type === 'setState' || (action.type === 'success' && !action.manual);
    if (answered && heard.size > 0) {
      const entry = queries.find(({ queryKey }) => cache.findAll({ queryKey }).includes(query));
      if (entry) write(query, entry, { heard, since: began.get(query) ?? 0 });
    }
    if (query.state.fetchStatus !== 'idle' || !again.delete(query)) return;
    // Its question ends when the listeners have been told.
    queueMicrotask(() => {
      if (!ended) void queryClient.invalidateQueries({ predicate: one => one === query });
    });
  });

  return {
    hear(item) {
      if (ended) return;
      if (onFrame) items.push(item);
      if (item.type === 'resync') {
        // What was heard may be of a log that there is no more.
        heard.clear();
        news.clear();
        written = now;
        readAgain();
      } else if (item.type === 'user.presence.changed') note(item.user.id, { presence: item.user });
      else if ('user' in item && item.user.revision) noteUser(item.user);
      flushSoon();
    },
    take(user) {
      if (ended) return;
      noteUser(user);
      flush();
    },
    readAgain,
    end() {
      ended = true;
      unsubscribe();
    },
  };
}

/** What says that a query is asked from now on: an answer knows everything that was heard before. */
const STARTS = new Set(['fetch', 'failed', 'continue']);

/** The queries that some entries are about, each with the first entry that takes it. */
function queriesOf(
  queryClient: QueryClientLike,
  queries: readonly LiveQueries[],
): Map<QueryLike, LiveQueries> {
  const found = new Map<QueryLike, LiveQueries>();
  for (const entry of queries) {
    const { queryKey } = entry;
    for (const query of queryClient.getQueryCache().findAll({ queryKey }))
      if (!found.has(query)) found.set(query, entry);
  }
  return found;
}
