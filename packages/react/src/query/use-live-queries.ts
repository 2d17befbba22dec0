import { useEffect } from 'react';
import { useSession } from '../rollcall-context.js';
import { canonicalKey } from '../store/canonical-key.js';
import { useLatest } from '../use-latest.js';
import { keepQueriesLive } from './keep-queries-live.js';
import type { LiveQueries } from './query-bridge.js';
import type { QueryClientLike } from './query-client.js';

/** Keeps queries up to date for as long as the component is there, by the client of the provider above: `keepQueriesLive`. */
export function useLiveQueries(queryClient: QueryClientLike, queries: readonly LiveQueries[]): void {
  const { client } = useSession();
  const latest = useLatest(queries);
  const keys = canonicalKey(queries.map(({ queryKey }) => queryKey));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the keys stand for the queries, which may be written anew.
  useEffect(() => keepQueriesLive(client, queryClient, latest.current), [client, queryClient, latest, keys]);
}
