import {
  EVENT_CATALOGUE,
  type EventType,
  type JsonObject,
  type RollcallError,
  type RollcallEvent,
  type WatchEventsInput,
} from '@rollcall/protocol';
import { itemsOf, type LiveSource, type PositionedPage } from '../transport/live-source.js';
import type { Handlers } from './handlers.js';
import { LiveSubscription } from './live-subscription.js';
import { oneAtATime } from './one-at-a-time.js';

/**
 * The events that the handlers of a server client ask for: the types that they name, or all types while there is a
 * handler of everything. There is no subscription while there are no handlers.
 */
export class HandledEvents<Custom extends object = JsonObject> {
  readonly #handlers: Handlers<Custom>;
  readonly #onError: (error: RollcallError) => void;
  readonly #durable: LiveSubscription<WatchEventsInput, PositionedPage>;
  /** Ephemeral events have a stream of their own, because they have no position to resume at. */
  readonly #ephemeral: LiveSubscription<object, RollcallEvent[]>;
  #types = '';
  /** Call this when a handler was added or removed. Resolves when the events that the handlers ask for have begun. */
  readonly changed = oneAtATime(() => this.#restart());

  constructor(live: LiveSource, handlers: Handlers<Custom>, onError: (error: RollcallError) => void) {
    this.#handlers = handlers;
    this.#onError = onError;
    this.#durable = new LiveSubscription({
      live,
      open: (input, observer) => live.events(input, observer),
      positionOf: page => page.id,
      onItem: page => {
        for (const item of itemsOf<Custom>(page)) handlers.deliver(item);
      },
      onError,
    });
    this.#ephemeral = new LiveSubscription({
      live,
      open: (_, observer) => live.ephemeral(observer),
      onItem: events => {
        for (const event of events as RollcallEvent<Custom>[]) handlers.deliver(event);
      },
      onError,
    });
  }

  stop(): void {
    this.#durable.stop();
    this.#ephemeral.stop();
  }

  async #restart(): Promise<void> {
    const named = this.#handlers.names.filter(name => name !== 'resync');
    const isDurable = (type: EventType) => EVENT_CATALOGUE[type].durable;
    const everything = this.#handlers.ofEverything;
    this.#followEphemeral(everything || !named.every(isDurable));
    const durable = named.filter(isDurable);
    if (!everything && durable.length === 0) {
      this.#durable.stop();
      return;
    }
    const types = everything ? undefined : durable.sort();
    if (this.#durable.active && this.#types === String(types)) return;
    this.#types = String(types);
    const lastEventId = this.#durable.position;
    try {
      await this.#durable.run({ ...(types && { types }), ...(lastEventId !== undefined && { lastEventId }) });
    } catch (error) {
      if ((error as RollcallError).unrecoverable) this.#onError(error as RollcallError);
      throw error;
    }
  }

  #followEphemeral(wanted: boolean): void {
    if (!wanted) this.#ephemeral.stop();
    else if (!this.#ephemeral.active) this.#ephemeral.start({});
  }
}
