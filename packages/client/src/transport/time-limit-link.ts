import { RollcallError } from '@rollcall/protocol';
import type { AppRouter } from '@rollcall/router';
import { TRPCClientError, type TRPCLink } from '@trpc/client';
import { observable } from '@trpc/server/observable';

/** Ends a call that the server does not answer in time. A server or a proxy can hang with its socket open. */
export function timeLimitLink(limitMs: number): TRPCLink<AppRouter> {
  return () =>
    ({ op, next }) =>
      observable(observer => {
        const timer = setTimeout(() => {
          running.unsubscribe();
          const message = `the server has not answered within ${limitMs} ms, and nobody knows whether it did what it was asked; the option callTimeoutMs gives it longer`;
          observer.error(TRPCClientError.from(new RollcallError('UNAVAILABLE', message)));
        }, limitMs);
        const running = next(op).subscribe({
          next: envelope => observer.next(envelope),
          error: error => {
            clearTimeout(timer);
            observer.error(error);
          },
          complete: () => {
            clearTimeout(timer);
            observer.complete();
          },
        });
        return () => {
          clearTimeout(timer);
          running.unsubscribe();
        };
      });
}
