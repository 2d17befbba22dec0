import type { RollcallError } from '@rollcall/protocol';
import type { Subscription } from '../subscription.js';
import { toRollcallError } from '../to-rollcall-error.js';
import type { LiveSource } from '../transport/live-source.js';
import { fullJitterMs } from '../transport/reconnect.js';

/** Where the items and the end of one run of a subscription go. */
export interface Observer<Item> {
  onData(item: Item): void;
  onError(error: unknown): void;
  onComplete(): void;
}

/** A subscription that is to outlive its failures. */
export interface KeptSubscription<Item> {
  /** Starts a run that goes on where the one before ended. */
  open(observer: Observer<Item>): Subscription;
  onData(item: Item): void;
  /** It has ended with an error that trying again cannot mend. */
  onError(error: RollcallError): void;
  /** The server has ended it. @returns whether that was the end; otherwise it is started again. Default: never. */
  onComplete?(): boolean;
  live: Pick<LiveSource, 'renewToken' | 'hold'>;
  /** Wait before run number `attempt` (from 0) since the last item; default full jitter. */
  delayMs?(attempt: number): number;
}

/**
 * Keeps a subscription running: after an error that may pass, and after an end that nobody asked for, it is started
 * again with growing, random waits. Lost sockets do not come this far, tRPC resumes over them by itself; what does are
 * errors of the procedure and broken event streams.
 */
export function keepSubscribed<Item>(kept: KeptSubscription<Item>): Subscription {
  const held = kept.live.hold();
  let run = 0;
  let attempt = 0;
  let current: Subscription | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const start = () => {
    run += 1;
    const mine = run;
    // What a run says after its end, or after the next one has begun, is not listened to.
    const during =
      <Args extends unknown[]>(handle: (...args: Args) => void) =>
      (...args: Args) => {
        if (mine === run) handle(...args);
      };
    const opened = kept.open({
      onData: during(item => {
        attempt = 0;
        kept.onData(item);
      }),
      onError: during(error => {
        const known = toRollcallError(error);
        const passes =
          kept.live.renewToken(known.code) || !(known.unrecoverable || known.code === 'TOKEN_EXPIRED');
        if (passes) again(known.retry_after);
        else {
          stop();
          kept.onError(known);
        }
      }),
      onComplete: during(() => {
        if (kept.onComplete?.()) stop();
        else again();
      }),
    });
    if (mine === run) current = opened;
    else opened.unsubscribe();
  };

  const again = (retryAfterS = 0) => {
    end();
    const delayMs = (kept.delayMs ?? fullJitterMs)(attempt) + retryAfterS * 1000;
    attempt += 1;
    timer = setTimeout(start, delayMs);
  };

  const end = () => {
    run += 1;
    const ended = current;
    current = undefined;
    ended?.unsubscribe();
  };

  const stop = () => {
    clearTimeout(timer);
    end();
    held.unsubscribe();
  };

  start();
  return { unsubscribe: stop };
}
