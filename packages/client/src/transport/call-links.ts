import type { AppRouter } from '@rollcall/router';
import {
  httpBatchLink,
  httpLink,
  type Operation,
  splitLink,
  TRPCClientError,
  type TRPCLink,
} from '@trpc/client';
import { observable, type Unsubscribable } from '@trpc/server/observable';
import type { TokenSource } from '../access/token-source.js';
import { toRollcallError } from '../to-rollcall-error.js';

const MAX_BATCHED_QUERIES = 20;

/** Twenty queries of this size stay well below the body limit of a server. */
const MAX_BATCHED_INPUT_LENGTH = 32 * 1024;

/**
 * Carries calls over HTTP. Queries of the same moment share a request. A query with a long filter goes alone, and so
 * does every mutation, which may contain a whole batch of users. All requests are POST: a filter in a URL would end up
 * in logs.
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

/** A guest has no token before the server gives it one. */
function bearer(operation: Operation): { authorization?: string } {
  const { token } = operation.context as unknown as TokenContext;
  return token ? { authorization: `Bearer ${token}` } : {};
}

/** Passes the token of a call to the HTTP links. If the server calls it expired, exactly this token is reported. */
interface TokenContext {
  token: string;
}

/**
 * Gives every HTTP call its token. Repeats a call once with a fresh token when the server says that the token has
 * expired. The server refuses such a call before it does anything, so repeating it is safe.
 */
export function freshTokenLink(tokens: () => TokenSource): TRPCLink<AppRouter> {
  return () =>
    ({ op, next }) =>
      observable(observer => {
        const source = tokens();
        let running: Unsubscribable | undefined;
        let stopped = false;

        const attempt = async (repeats: number): Promise<void> => {
          const token = await source.current();
          if (stopped) return;
          const context = { ...op.context, token } satisfies TokenContext;
          running = next({ ...op, context }).subscribe({
            next: envelope => observer.next(envelope),
            complete: () => observer.complete(),
            error: error => {
              if (repeats > 0 && source.renews(toRollcallError(error).code)) {
                source.expired(token);
                attempt(repeats - 1).catch(fail);
              } else observer.error(error);
            },
          });
        };
        const fail = (error: unknown) => observer.error(TRPCClientError.from(error as Error));
        attempt(1).catch(fail);

        return () => {
          stopped = true;
          running?.unsubscribe();
        };
      });
}
