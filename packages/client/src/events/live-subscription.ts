import { RollcallError, type WatchEventsInput } from '@rollcall/protocol';
import type { Subscription } from '../subscription.js';
import { toRollcallError } from '../to-rollcall-error.js';
import type { LiveSource, PositionedPage } from '../transport/live-source.js';
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

/** Where the pages of a restartable subscription go. */
export interface PageHandlers {
  onPage(page: PositionedPage): void;
  /** It ended, after it had begun, with an error that trying again cannot mend. */
  onError(error: RollcallError): void;
}

/**
 * One subscription to events whose input changes: a change is a new run on the same connection that goes on where the
 * last page ended. The input says everything, so the server keeps nothing between runs, and after a lost connection the
 * newest input is what comes back.
 */
export class RestartableEvents {
  readonly #live: LiveSource;
  readonly #handlers: PageHandlers;
  #position: string | undefined;
  #run: { subscription: Subscription; abandon(error: RollcallError): void } | undefined;

  constructor(live: LiveSource, handlers: PageHandlers) {
    this.#live = live;
    this.#handlers = handlers;
  }

  /** The end of the last page; undefined before the first one. */
  get position(): string | undefined {
    return this.#position;
  }

  /** Whether it runs. */
  get running(): boolean {
    return this.#run !== undefined;
  }

  /**
   * Ends the run before and begins one. Resolves when its first page has been handed out.
   * @throws RollcallError when the server refuses the input, or when it is stopped or run again before its first page.
   */
  run(input: WatchEventsInput): Promise<void> {
    this.#end(new RollcallError('UNAVAILABLE', 'the subscription was started again with another input'));
    const first = deferred();
    let begun = false;
    let from = input.lastEventId;
    const subscription = keepSubscribed<PositionedPage>({
      live: this.#live,
      open: observer =>
        this.#live.events(from === undefined ? input : { ...input, lastEventId: from }, observer),
      onData: page => {
        from = page.id;
        this.#position = page.id;
        this.#handlers.onPage(page);
        begun = true;
        first.resolve();
      },
      onError: error => {
        this.#run = undefined;
        if (begun) this.#handlers.onError(error);
        else first.reject(error);
      },
    });
    this.#run = { subscription, abandon: error => first.reject(error) };
    return first.promise;
  }

  /** Ends it, and forgets the position. */
  stop(): void {
    this.#end(new RollcallError('UNAVAILABLE', 'the client was disconnected before the server had answered'));
    this.#position = undefined;
  }

  #end(reason: RollcallError): void {
    const run = this.#run;
    this.#run = undefined;
    run?.subscription.unsubscribe();
    run?.abandon(reason);
  }
}

/** A promise that is settled from outside, once. Nobody has to await it: an unheard rejection is no error. */
export interface Deferred {
  promise: Promise<void>;
  resolve(): void;
  reject(error: unknown): void;
}

export function deferred(): Deferred {
  let resolve!: () => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
