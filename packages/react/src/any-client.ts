import type { Client, JsonObject } from '@rollcall/client';
import type { ServerClient } from '@rollcall/client/server';

/** A client that a provider takes: of one user, or of a back end. */
export type AnyClient<Custom extends object = JsonObject> = Client<Custom> | ServerClient<Custom>;

/** Whether a client is that of one user. */
export function isOfUser(client: AnyClient): client is Client {
  return 'connectUser' in client;
}
