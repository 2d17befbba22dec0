import { RollcallError } from '@rollcall/protocol';
import type { Subscription } from '../subscription.js';
import { toRollcallError } from '../to-rollcall-error.js';
import type { LiveSource, Observer } from '../transport/live-source.js';
import { fullJitterMs } from '../transport/reconnect.js';

/** What a live subscription asks for, and who receives what it brings. */
export interface LiveSubscriptionOptions<Input extends object, Item> {
  live: Pick<LiveSource, 'renewToken' | 'hold' | 'wait'>;
  /** Starts one run at the server. */
  open(input: Input, observer: Observer<Item>): Subscription;
  /** The position that an item reaches. The next run continues after it. Default: every run begins afresh. */
  positionOf?(item: Item): string;
  onItem(item: Item): void;
  /** Receives the error that has ended the subscription and that another attempt cannot fix. */
  onError(error: RollcallError): void;
  /** Asked after each item: whether everything has arrived that `run` waits for. Default: the first item is enough. */
  hasBegun?(): boolean;
  /** The wait before attempt number `attempt` (from 0) since the last item. Default: full jitter. */
  delayMs?(attempt: number): number;
}

/**
 * One live subscription that survives its failures, and whose input can change. After an error that may pass, and when
 * the server ends a run, it starts another one after a growing random wait. A new input is a new run on the same
 * connection. Every run continues where the last item ended, so nothing is missed in between.
 *
 * It hears nothing of a lost socket: `SocketStreams` resumes over the next one. Only errors of the procedure and
 * broken event streams reach this class.
 */
export class LiveSubscription<Input extends object, Item> {
  readonly #options: LiveSubscriptionOptions<Input, Item>;
  /** What the next run asks for. */
  #input: Input | undefined;
  #position: string | undefined;
  /** Held from start to end, also between two runs. */
  #connection: Subscription | undefined;
  #current: Subscription | undefined;
  /** Counts runs and their ends, so that a run can see that it is over. */
  #run = 0;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What it is shown to wait for. */
  #waitsFor: RollcallError | undefined;
  /** What a caller of `run` waits for. */
  #begun: Deferred | undefined;
  /** Whether that caller waits for a limit of the server, too. */
  #waitsForLimit = true;

  constructor(options: LiveSubscriptionOptions<Input, Item>) {
    this.#options = options;
  }

  /** Whether it runs, or waits for its next run. */
  get active(): boolean {
    return this.#connection !== undefined;
  }

  /** The position of the last item; undefined before the first one, and after `stop`. */
  get position(): string | undefined {
    return this.#position;
  }

  /**
   * Starts, or starts again with another input. Resolves when the subscription has begun.
   * @throws RollcallError when the server refuses the input, or when the subscription is stopped or started again
   * before it has begun. `onError` receives later errors only.
   */
  run(input: Input): Promise<void> {
    const begun = deferred();
    this.#start(input, begun);
    return begun.promise;
  }

  /** From now on `run` does not wait for a limit of the server: it rejects with the refusal, now or when it comes. */
  stopWaitingForLimit(): void {
    this.#waitsForLimit = false;
    if (this.#waitsFor?.code === 'RATE_LIMITED') this.#refuseRun(this.#waitsFor);
  }

  /** Starts without a caller that waits: `onError` receives every error. */
  start(input: Input): void {
    this.#start(input);
  }

  /** Ends the run. `resume` continues after the last item. */
  pause(reason = 'the client was disconnected before the server answered'): void {
    clearTimeout(this.#timer);
    this.#endRun();
    this.#waitsBecauseOf(undefined);
    this.#connection?.unsubscribe();
    this.#connection = undefined;
    this.#begun?.reject(new RollcallError('UNAVAILABLE', reason));
    this.#begun = undefined;
  }

  /** Continues after `pause`. Does nothing while it is active, or after `stop`. */
  resume(): void {
    if (!this.active && this.#input) this.#start(this.#input);
  }

  /** Ends the subscription, and forgets its position. */
  stop(): void {
    this.pause();
    this.#input = undefined;
    this.#position = undefined;
  }

  #start(input: Input, begun?: Deferred): void {
    this.pause('the subscription was started again with another input');
    this.#input = input;
    this.#begun = begun;
    this.#waitsForLimit = true;
    this.#attempt = 0;
    this.#connection = this.#options.live.hold();
    this.#open(input);
  }

  #open(input: Input): void {
    this.#run += 1;
    const run = this.#run;
    // A run may still speak after its end, or after the next one has begun. Nobody listens to it then.
    const isCurrent = () => run === this.#run;
    const opened = this.#options.open(input, {
      onData: item => isCurrent() && this.#receive(input, item),
      onError: error => isCurrent() && this.#fail(toRollcallError(error)),
      onComplete: () => isCurrent() && this.#tryAgain(),
    });
    if (isCurrent()) this.#current = opened;
    else opened.unsubscribe();
  }

  #receive(input: Input, item: Item): void {
    const begun = this.#begun;
    this.#attempt = 0;
    this.#waitsBecauseOf(undefined);
    if (this.#options.positionOf) {
      this.#position = this.#options.positionOf(item);
      this.#input = { ...input, lastEventId: this.#position };
    }
    this.#options.onItem(item);
    // A handler may have stopped or restarted the subscription: then `begun` is rejected by now.
    if (!begun || !(this.#options.hasBegun?.() ?? true)) return;
    begun.resolve();
    if (this.#begun === begun) this.#begun = undefined;
  }

  /** Ends the run that a caller waits for. */
  #refuseRun(error: RollcallError): void {
    const begun = this.#begun;
    if (!begun) return;
    this.#begun = undefined;
    this.pause();
    begun.reject(error);
  }

  #fail(error: RollcallError): void {
    if (error.code === 'RATE_LIMITED' && this.#begun && !this.#waitsForLimit) {
      this.#refuseRun(error);
      return;
    }
    const mayPass =
      this.#options.live.renewToken(error.code) || !(error.unrecoverable || error.code === 'TOKEN_EXPIRED');
    if (mayPass) {
      // A token that is renewed is no wait worth a word.
      if (error.code !== 'TOKEN_EXPIRED') this.#waitsBecauseOf(error);
      this.#tryAgain(error.retry_after);
      return;
    }
    const begun = this.#begun;
    this.#begun = undefined;
    this.pause();
    if (begun) begun.reject(error);
    else this.#options.onError(error);
  }

  #tryAgain(retryAfterS = 0): void {
    this.#endRun();
    const delayMs = (this.#options.delayMs ?? fullJitterMs)(this.#attempt) + retryAfterS * 1000;
    this.#attempt += 1;
    this.#timer = setTimeout(() => this.#input && this.#open(this.#input), delayMs);
  }

  #waitsBecauseOf(error: RollcallError | undefined): void {
    if (error === undefined && !this.#waitsFor) return;
    this.#waitsFor = error;
    this.#options.live.wait(this, error);
  }

  #endRun(): void {
    this.#run += 1;
    const ended = this.#current;
    this.#current = undefined;
    ended?.unsubscribe();
  }
}

/** A promise that code outside of it settles, once. Nobody has to await it: an unhandled rejection is no error. */
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
