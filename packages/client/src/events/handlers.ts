import type { EventOfType, EventType, JsonObject, PresenceEvent } from '@rollcall/protocol';
import { callListener } from './call-listener.js';
import type { ResyncNotice, StreamItem } from './event-pages.js';

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
