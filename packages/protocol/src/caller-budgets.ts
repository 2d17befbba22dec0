/** What one caller may have in use at a time, over all its connections and calls (docs/contract/limits.md). */
export interface BudgetLimits {
  /** Subscriptions that run. */
  subscriptions: number;
  /** Filters that differ, over all subscriptions. */
  liveFilters: number;
  /** The JSON of these filters together. */
  liveFilterBytes: number;
  /** The ids of the users whom its connections watch together; an id counts once for each connection. */
  watchedIdBytes: number;
  /** Bytes of requests that arrive, wait, run or are being answered. */
  requestBytes: number;
  /** Queries that run; the next ones wait. */
  runningQueries: number;
  /** Values in one filter, all its comparisons together. */
  filterValues: number;
  /** How long one query may run, in milliseconds. */
  queryMs: number;
}

/**
 * The default budgets. `client` holds for users, and for guests and anonymous callers, who count by address; `server` for
 * each server token. The settings of the server override them.
 */
export const CALLER_BUDGETS = {
  client: {
    subscriptions: 100,
    liveFilters: 20,
    liveFilterBytes: 256 * 1024,
    watchedIdBytes: 16 * 1024 * 1024,
    requestBytes: 4 * 1024 * 1024,
    runningQueries: 1,
    filterValues: 1000,
    queryMs: 2000,
  },
  server: {
    subscriptions: 1000,
    liveFilters: 200,
    liveFilterBytes: 4 * 1024 * 1024,
    watchedIdBytes: 160 * 1024 * 1024,
    requestBytes: 64 * 1024 * 1024,
    runningQueries: 4,
    filterValues: 10_000,
    queryMs: 20_000,
  },
} as const satisfies Record<'client' | 'server', BudgetLimits>;
