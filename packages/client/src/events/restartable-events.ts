import { RollcallError, type WatchEventsInput } from '@rollcall/protocol';
import type { Subscription } from '../subscription.js';
import type { LiveSource } from '../transport/live-source.js';
import { deferred } from './deferred.js';
import type { PositionedPage } from './event-pages.js';
import { keepSubscribed } from './live-subscription.js';

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
