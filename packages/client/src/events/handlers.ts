import {
  type EventOfType,
  type EventType,
  type JsonObject,
  type PresenceEvent,
  RollcallError,
} from '@rollcall/protocol';
import { callListener, type Subscription } from '../subscription.js';
import type { ResyncNotice, StreamItem } from '../transport/live-source.js';

/** What `on` takes: a type of event, or `resync`. */
export type EventName = EventType | 'resync';

/** What a handler of one type receives. */
export type ItemOfName<Name extends EventName, Custom extends object = JsonObject> = Name extends EventType
  ? EventOfType<Name, Custom>
  : ResyncNotice;

/** What a handler of everything receives. */
export type AnyItem<Custom extends object = JsonObject> = StreamItem<Custom> | PresenceEvent;

/** A function that a client calls with every event of one type, or with every event. */
export type Handler<Item> = (item: Item) => unknown;

type AnyHandler = Handler<never>;

/** The handlers of a client. A type holds each function once, however often it was added. */
export class Handlers<Custom extends object> {
  readonly #byName = new Map<EventName | undefined, Set<AnyHandler>>();

  /** @param name undefined for a handler of everything. */
  add(name: EventName | undefined, handler: AnyHandler): void {
    const handlers = this.#byName.get(name) ?? new Set();
    this.#byName.set(name, handlers.add(handler));
  }

  remove(name: EventName | undefined, handler: AnyHandler): void {
    const handlers = this.#byName.get(name);
    handlers?.delete(handler);
    if (handlers?.size === 0) this.#byName.delete(name);
  }

  clear(): void {
    this.#byName.clear();
  }

  /** Whether there are handlers of everything. */
  get ofEverything(): boolean {
    return this.#byName.has(undefined);
  }

  /** The names that have handlers of their own. */
  get names(): EventName[] {
    return [...this.#byName.keys()].filter(name => name !== undefined);
  }

  /** Calls the handlers of an item's type, then the handlers of everything. */
  deliver(item: AnyItem<Custom>): void {
    const called = [...(this.#byName.get(item.type) ?? []), ...(this.#byName.get(undefined) ?? [])];
    for (const handler of called) callListener(handler as Handler<AnyItem<Custom>>, item);
  }
}

/** The two ways to call a method with a handler: of one type, or of everything. */
interface TakesHandler<Custom extends object, Answer> {
  <Name extends EventName>(type: Name, handler: Handler<ItemOfName<Name, Custom>>): Answer;
  (handler: Handler<AnyItem<Custom>>): Answer;
}

/** A handler that receives events from now on. */
export interface HandlerSubscription extends Subscription {
  /**
   * Resolves when the events that it asks for have begun: it receives everything that is committed after this moment.
   */
  readonly ready: Promise<void>;
}

/**
 * The methods `on` and `off` of a client.
 * @param changed called when a handler was added or removed. Resolves when the events that the handlers ask for have
 * begun.
 */
export function onAndOff<Custom extends object>(
  handlers: Handlers<Custom>,
  changed: () => Promise<void>,
): { on: TakesHandler<Custom, HandlerSubscription>; off: TakesHandler<Custom, void> } {
  const remove = (name: EventName | undefined, handler: AnyHandler) => {
    handlers.remove(name, handler);
    changed().catch(() => undefined);
  };
  return {
    on: (...given: HandlerArguments) => {
      const [name, handler] = nameAndHandler(given);
      handlers.add(name, handler);
      const ready = changed();
      // Nobody has to await it: the state of the connection shows the error as well.
      ready.catch(() => undefined);
      return { ready, unsubscribe: () => remove(name, handler) };
    },
    off: (...given: HandlerArguments) => remove(...nameAndHandler(given)),
  };
}

type HandlerArguments = [EventName | AnyHandler, AnyHandler?];

function nameAndHandler([first, second]: HandlerArguments): [EventName | undefined, AnyHandler] {
  if (typeof first === 'function') return [undefined, first];
  if (typeof second === 'function') return [first, second];
  throw new RollcallError('INPUT_INVALID', 'on and off take a handler, or an event type and a handler');
}
