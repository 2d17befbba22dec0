import { RollcallError } from '@rollcall/protocol';
import type { Subscription } from '../subscription.js';
import type { AnyItem, EventName, Handler, Handlers, ItemOfName } from './handlers.js';

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
