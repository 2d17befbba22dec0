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

/** What a handler of one type is called with. */
export type ItemOfName<Name extends EventName, Custom extends object = JsonObject> = Name extends EventType
  ? EventOfType<Name, Custom>
  : ResyncNotice;

/** What a handler of everything is called with. */
export type AnyItem<Custom extends object = JsonObject> = StreamItem<Custom> | PresenceEvent;

/** What is called with every event of one type, or with everything. */
export type Handler<Item> = (item: Item) => unknown;

type AnyHandler = Handler<never>;

/** The handlers of a client. One function stands once for each type, however often it is added. */
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

  /** Calls the handlers of an item's type, then those of everything. */
  handOut(item: AnyItem<Custom>): void {
    const called = [...(this.#byName.get(item.type) ?? []), ...(this.#byName.get(undefined) ?? [])];
    for (const handler of called) callListener(() => (handler as Handler<AnyItem<Custom>>)(item));
  }
}

/** The two ways to call a method with a handler: of one type, or of everything. */
interface TakesHandler<Custom extends object, Answer> {
  <Name extends EventName>(type: Name, handler: Handler<ItemOfName<Name, Custom>>): Answer;
  (handler: Handler<AnyItem<Custom>>): Answer;
}

/** A handler that is called from now on. */
export interface HandlerSubscription extends Subscription {
  /** Resolves when the events it asks for have begun: whatever is committed after this moment reaches it. */
  readonly ready: Promise<void>;
}

/**
 * The methods `on` and `off` of a client.
 * @param changed is called when handlers came or went, and resolves when what they ask for has begun.
 */
export function onAndOff<Custom extends object>(
  handlers: Handlers<Custom>,
  changed: () => Promise<void>,
): { on: TakesHandler<Custom, HandlerSubscription>; off: TakesHandler<Custom, void> } {
  const remove = (name: EventName | undefined, handler: Handler<never>) => {
    handlers.remove(name, handler);
    changed().catch(() => undefined);
  };
  return {
    on: (...given: HandlerArguments) => {
      const [name, handler] = nameAndHandler(given);
      handlers.add(name, handler);
      const ready = changed();
      // Nobody has to await it; the connection shows the error as well.
      ready.catch(() => undefined);
      return { ready, unsubscribe: () => remove(name, handler) };
    },
    off: (...given: HandlerArguments) => remove(...nameAndHandler(given)),
  };
}

type HandlerArguments = [EventName | Handler<never>, Handler<never>?];

function nameAndHandler([first, second]: HandlerArguments): [EventName | undefined, Handler<never>] {
  if (typeof first === 'function') return [undefined, first];
  if (typeof second === 'function') return [first, second];
  throw new RollcallError('INPUT_INVALID', 'on and off take a handler, or a type of event and a handler');
}
