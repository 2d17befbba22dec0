import type { AnyItem, Client, EventName, Handler, ItemOfName } from '@rollcall/client';
import { useEffect } from 'react';
import type { RegisteredCustom } from './custom-data.js';
import { useSession } from './rollcall-context.js';
import { useLatest } from './use-latest.js';

/**
 * Calls a handler with every event of a type, or with every event: about the connected user and those whom the client watches,
 * with the client of a back end about everybody. Each event comes once, however often the component is rendered. It is always
 * the handler of the last render that is called.
 */
export function useEvents<Name extends EventName, Custom extends object = RegisteredCustom>(
  type: Name,
  handler: Handler<ItemOfName<Name, Custom>>,
): void;
export function useEvents<Custom extends object = RegisteredCustom>(handler: Handler<AnyItem<Custom>>): void;
export function useEvents(...given: [EventName, Handler<never>] | [Handler<never>]): void {
  const client = useSession().client as Client;
  const [type, handler] = given.length === 1 ? [undefined, given[0]] : given;
  const latest = useLatest(handler as Handler<AnyItem>);
  useEffect(() => {
    const call = (item: AnyItem) => latest.current(item);
    const subscription = type === undefined ? client.on(call) : client.on(type, call);
    return () => subscription.unsubscribe();
  }, [client, type, latest]);
}
