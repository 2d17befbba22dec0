import type { Client, JsonObject } from '@rollcall/client';
import type { ServerClient } from '@rollcall/client/server';

/**
 * Says once, for all hooks, which client the app has, and with it the type of its custom data:
 *
 *     declare module '@rollcall/react' { interface Register { client: typeof client } }
 */
// biome-ignore lint/suspicious/noEmptyInterface: apps add to it.
export interface Register {}

/** The client of the app, as it is registered. */
export type RegisteredClient = Register extends { client: infer Registered } ? Registered : Client;

/** The type of the app's custom data, as it is registered: by default any JSON. */
export type RegisteredCustom =
  RegisteredClient extends Client<infer Custom>
    ? Custom
    : RegisteredClient extends ServerClient<infer Custom>
      ? Custom
      : JsonObject;
