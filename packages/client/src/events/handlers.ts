import {
  described,
  type EventOfType,
  type EventType,
  type JsonObject,
  type PresenceEvent,
  unknownName,
} from '@rollcall/protocol';
import { inputInvalid } from '../check/checked-methods.js';
import { callListener, listenerErrors, type Subscription } from '../subscription.js';
import type { ResyncNotice, StreamItem } from '../transport/live-source.js';
import { EVENT_NAMES } from './event-names.js';

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

/** One call of `on`. Two calls with the same function are two entries. */
interface Entry {
  readonly handler: AnyHandler;
}

/** The handlers of a client. */
export class Handlers<Custom extends object> {
  readonly #byName = new Map<EventName | undefined, readonly Entry[]>();
  readonly #onError: (error: unknown) => void;

  /** @param onError receives what a handler throws. Default: it is printed. */
  constructor(onError = listenerErrors()) {
    this.#onError = onError;
  }

  /**
   * Adds a handler once more.
   * @param name undefined for a handler of everything.
   * @returns what removes this entry; a second call does nothing.
   */
  add(name: EventName | undefined, handler: AnyHandler): () => void {
    const entry = { handler };
    this.#set(name, [...this.#entries(name), entry]);
    return () =>
      this.#set(
        name,
        this.#entries(name).filter(one => one !== entry),
      );
  }

  /** Removes the last entry of a handler. */
  remove(name: EventName | undefined, handler: AnyHandler): void {
    const entries = this.#entries(name);
    const last = entries.findLastIndex(one => one.handler === handler);
    this.#set(
      name,
      entries.filter((_, index) => index !== last),
    );
  }

  #entries(name: EventName | undefined): readonly Entry[] {
    return this.#byName.get(name) ?? [];
  }

  #set(name: EventName | undefined, entries: readonly Entry[]): void {
    if (entries.length === 0) this.#byName.delete(name);
    else this.#byName.set(name, entries);
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
    for (const { handler } of [...this.#entries(item.type), ...this.#entries(undefined)]) {
      callListener(handler as Handler<AnyItem<Custom>>, item, this.#onError);
    }
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
  // Nobody has to await it: the state of the connection shows the error as well.
  const settle = () => {
    const ready = changed();
    ready.catch(() => undefined);
    return ready;
  };
  return {
    on: (...given: HandlerArguments) => {
      const remove = handlers.add(...nameAndHandler('on', given));
      return {
        ready: settle(),
        unsubscribe: () => {
          remove();
          settle();
        },
      };
    },
    off: (...given: HandlerArguments) => {
      handlers.remove(...nameAndHandler('off', given));
      settle();
    },
  };
}

type HandlerArguments = readonly unknown[];

/**
 * What `on` and `off` were given. A name that is no event is refused here: no event would ever reach its handler.
 * @throws RollcallError `INPUT_INVALID`.
 */
function nameAndHandler(method: string, given: HandlerArguments): [EventName | undefined, AnyHandler] {
  const [first, second, ...more] = given;
  const refuse = (field: string, message: string): never => {
    throw inputInvalid(method, field, { field, message });
  };
  if (typeof first === 'function' && second === undefined) return [undefined, first as AnyHandler];
  if (typeof first !== 'string') {
    return refuse('type', `must be a type of event, or a handler of all, not ${described(first)}`);
  }
  if (!EVENT_NAMES.includes(first))
    return refuse('type', `${described(first)} ${unknownName(first, EVENT_NAMES)}`);
  if (typeof second !== 'function') {
    return refuse('handler', `must be a function, not ${described(second)}`);
  }
  if (more.some(one => one !== undefined))
    return refuse('argument 3', 'is one too many; accepted are (type, handler)');
  return [first as EventName, second as AnyHandler];
}
