import type { AppRouter } from '@rollcall/router';
import type { TRPCLink } from '@trpc/client';
import { observable, type Unsubscribable } from '@trpc/server/observable';
import { toRollcallError } from '../to-rollcall-error.js';
import type { ObservableConnection } from './connection-state.js';

/**
 * Repeats a call once that met a limit, when the server says that it may. The server refuses such a call before it does
 * anything, so repeating it is safe. Meanwhile the connection shows what the call waits for.
 */
export function rateLimitLink(connection: Pick<ObservableConnection, 'wait'>): TRPCLink<AppRouter> {
  return () =>
    ({ op, next }) =>
      observable(observer => {
        let running: Unsubscribable | undefined;
        let timer: ReturnType<typeof setTimeout> | undefined;
        const attempt = (repeats: number): void => {
          running = next(op).subscribe({
            ...observer,
            error: error => {
              const refusal = toRollcallError(error);
              const { code, retry_after } = refusal;
              if (repeats === 0 || code !== 'RATE_LIMITED' || retry_after === undefined) {
                observer.error(error);
                return;
              }
              connection.wait(observer, refusal);
              timer = setTimeout(() => {
                connection.wait(observer, undefined);
                attempt(repeats - 1);
              }, retry_after * 1000);
            },
          });
        };
        attempt(1);
        return () => {
          clearTimeout(timer);
          connection.wait(observer, undefined);
          running?.unsubscribe();
        };
      });
}
