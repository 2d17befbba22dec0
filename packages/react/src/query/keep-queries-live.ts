import type { ServerClient } from '@rollcall/client/server';
import { type AnyClient, isOfUser } from '../any-client.js';
import { type LiveQueries, type QueryBridgeOptions, queryBridge } from './query-bridge.js';
import type { QueryClientLike } from './query-client.js';

/**
 * Keeps the caches of TanStack Query up to date by the events of a client, by a bridge: `queryBridge`. It hears what the client
 * hears: that of a user watches those whom `queryUsers(…, { watch: true })` or `watchUsers` names, that of a back end everybody, and
 * of nobody whether they are online. What was read before it listened is read again, and so are the queries when events were
 * missed.
 * @returns what ends it.
 */
export function keepQueriesLive(
  client: AnyClient,
  queryClient: QueryClientLike,
  queries: readonly LiveQueries[],
  options?: QueryBridgeOptions,
): () => void {
  const bridge = queryBridge(queryClient, queries, options);
  const subscription = (client as ServerClient).on(item => bridge.hear(item));
  // The client of a user hears everything since the answer to what it watches, and that of a back end from when it has begun.
  if (isOfUser(client)) bridge.readAgain({ underWay: false });
  else
    subscription.ready.then(
      () => bridge.readAgain(),
      () => undefined,
    );
  return () => {
    subscription.unsubscribe();
    bridge.end();
  };
}
