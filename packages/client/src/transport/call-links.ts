import type { AppRouter } from '@rollcall/router';
import { httpBatchLink, httpLink, type Operation, splitLink, type TRPCLink } from '@trpc/client';
import type { TokenContext } from './fresh-token-link.js';

const MAX_BATCHED_QUERIES = 20;

/** Twenty queries of this size stay well below the largest body that a server accepts. */
const MAX_BATCHED_INPUT_LENGTH = 32 * 1024;

/**
 * The calls over HTTP. Queries of the same moment share a request; a mutation, which may carry a whole batch of users,
 * and a query with a long filter go alone. All are POST: a filter never becomes part of a URL, where logs would keep it.
 */
export function httpLinks(url: string): TRPCLink<AppRouter> {
  const shared = { url, methodOverride: 'POST' } as const;
  return splitLink({
    condition: op =>
      op.type === 'query' && JSON.stringify(op.input ?? null).length <= MAX_BATCHED_INPUT_LENGTH,
    true: httpBatchLink<AppRouter>({
      ...shared,
      maxItems: MAX_BATCHED_QUERIES,
      headers: ({ opList }) => bearer(opList[0]),
    }),
    false: httpLink<AppRouter>({ ...shared, headers: ({ op }) => bearer(op) }),
  });
}

/** A guest has no token until it is given one. */
function bearer(operation: Operation): { authorization?: string } {
  const { token } = operation.context as unknown as TokenContext;
  return token ? { authorization: `Bearer ${token}` } : {};
}
