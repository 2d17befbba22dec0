'use client';

export { keepQueriesLive, type LiveQueries } from './keep-queries-live.js';
export type { QueryCacheEventLike, QueryClientLike, QueryKey } from './query-client.js';
export { useLiveQueries } from './use-live-queries.js';
