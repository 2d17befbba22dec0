import type { RollcallError } from '@rollcall/client/server';
import { QueryCache, QueryClient } from '@tanstack/react-query';
import { session } from './session.js';

const REFUSED = new Set(['TOKEN_EXPIRED', 'TOKEN_REVOKED', 'TOKEN_INVALID', 'TOKEN_MISSING']);

/**
 * What has been read from the server. Events keep it up to date, so nothing in it grows old by itself. It is emptied when the
 * session ends.
 */
export const cache = new QueryClient({
  queryCache: new QueryCache({ onError: endRefusedSession }),
  defaultOptions: {
    queries: {
      staleTime: Number.POSITIVE_INFINITY,
      networkMode: 'always',
      refetchOnWindowFocus: false,
      // The client has repeated what can be repeated. The page says what is wrong, at once.
      retry: false,
    },
    mutations: { networkMode: 'always', retry: false },
  },
});

session.subscribe(() => {
  if (session.state.status === 'out') cache.clear();
});

function endRefusedSession(error: Error): void {
  const { code, message } = error as RollcallError;
  if (REFUSED.has(code)) session.end(`The server ended the session: ${message}. Sign in again.`);
}
