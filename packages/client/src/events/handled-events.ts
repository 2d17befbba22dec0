import {
  EVENT_CATALOGUE,
  type EventType,
  type JsonObject,
  type RollcallError,
  type RollcallEvent,
} from '@rollcall/protocol';
import type { Subscription } from '../subscription.js';
import { itemsOf, type LiveSource } from '../transport/live-source.js';
import type { Handlers } from './handlers.js';
import { keepSubscribed, RestartableEvents } from './live-subscription.js';
import { oneAtATime } from './one-at-a-time.js';

/**
 * The events that the handlers of a server client ask for, and no others: the types they name, or everything while there
 * is a handler of everything. Nothing is subscribed to while there are no handlers.
 */
export class HandledEvents<Custom extends object = JsonObject> {
  readonly #live: LiveSource;
  readonly #handlers: Handlers<Custom>;
  readonly #onError: (error: RollcallError) => void;
  readonly #events: RestartableEvents;
  #types = '';
  #ephemeral: Subscription | undefined;
  /** Call when handlers came or went. Resolves when what they ask for has begun. */
  readonly changed = oneAtATime(() => this.#restart());

  constructor(live: LiveSource, handlers: Handlers<Custom>, onError: (error: RollcallError) => void) {
    this.#live = live;
    this.#handlers = handlers;
    this.#onError = onError;
    this.#events = new RestartableEvents(live, {
      onPage: page => {
        for (const item of itemsOf<Custom>(page)) handlers.handOut(item);
      },
      onError,
    });
  }

  stop(): void {
    this.#events.stop();
    this.#ephemeral?.unsubscribe();
    this.#ephemeral = undefined;
  }

  async #restart(): Promise<void> {
    this.#followEphemeral();
    const durable = this.#named().filter(type => EVENT_CATALOGUE[type].durable);
    const everything = this.#handlers.ofEverything;
    if (!everything && durable.length === 0) {
      this.#events.stop();
      return;
    }
    const types = everything ? undefined : durable.sort();
    if (this.#events.running && this.#types === String(types)) return;
    this.#types = String(types);
    const lastEventId = this.#events.position;
    try {
      await this.#events.run({ ...(types && { types }), ...(lastEventId !== undefined && { lastEventId }) });
    } catch (error) {
      if ((error as RollcallError).unrecoverable) this.#onError(error as RollcallError);
      throw error;
    }
  }

  /** Ephemeral events are a stream of their own, because they have no position to resume at. */
  #followEphemeral(): void {
    const wanted = this.#handlers.ofEverything || this.#named().some(type => !EVENT_CATALOGUE[type].durable);
    if (!wanted) {
      this.#ephemeral?.unsubscribe();
      this.#ephemeral = undefined;
    } else this.#ephemeral ??= this.#openEphemeral();
  }

  #openEphemeral(): Subscription {
    return keepSubscribed<RollcallEvent[]>({
      live: this.#live,
      open: observer => this.#live.ephemeral(observer),
      onData: events => {
        for (const event of events as RollcallEvent<Custom>[]) this.#handlers.handOut(event);
      },
      onError: error => {
        this.#ephemeral = undefined;
        this.#onError(error);
      },
    });
  }

  #named(): EventType[] {
    return this.#handlers.names.filter(name => name !== 'resync');
  }
}
