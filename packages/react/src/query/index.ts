'use client';

export { keepQueriesLive } from './keep-queries-live.js';
export {
  type LiveQueries,
  type PatchedQuery,
  type QueryBridge,
  type QueryBridgeOptions,
  queryBridge,
} from './query-bridge.js';
export type {
  QueryCacheEventLike,
  QueryCacheLike,
  QueryClientLike,
  QueryKey,
  QueryLike,
} from './query-client.js';
export { useLiveQueries } from './use-live-queries.js';
