import type { AppRouter } from '@rollcall/router';
import { TRPCClientError, type TRPCLink } from '@trpc/client';
import { observable, type Unsubscribable } from '@trpc/server/observable';
import type { TokenSource } from '../access/token-source.js';
import { toRollcallError } from '../to-rollcall-error.js';

/** Where the links find the token of a call: exactly this one is reported when the server calls it expired. */
export interface TokenContext {
  token: string;
}

/**
 * Gives every HTTP call its token, and repeats a call once with a fresh token when the server says that the token has
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
