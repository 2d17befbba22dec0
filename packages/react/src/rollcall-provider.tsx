import type { Client, JsonObject, TokenOrProvider, UserInput } from '@rollcall/client';
import type { ServerClient } from '@rollcall/client/server';
import { createElement, type ReactElement, type ReactNode, useEffect } from 'react';
import type { AnyClient } from './any-client.js';
import { shared } from './rollcall-context.js';
import { canonicalKey } from './store/canonical-key.js';
import { createSession, type Session, type Who } from './store/session.js';

/**
 * Whom the client is connected as. The client is made outside of components.
 * - A client of one user: `user` and `token`, or `guest`, or `anonymous`. A `user` that is null: nobody has signed in yet.
 * - A client of a back end is connected by nature. Its secret belongs into no page that is public.
 */
export type RollcallProviderProps<Custom extends object = JsonObject> = { children?: ReactNode } & (
  | {
      client: Client<Custom>;
      /** Another id is another user. Other fields count when the user connects; `useMe` changes them later. */
      user: UserInput<NoInfer<Custom>> | null | undefined;
      /** The token, or a function that fetches one. Always the latest function is called. */
      token: TokenOrProvider | undefined;
      guest?: undefined;
      anonymous?: undefined;
    }
  | {
      client: Client<Custom>;
      /** Connects a guest, who needs no token. */
      guest: true | Partial<UserInput<NoInfer<Custom>>>;
      user?: undefined;
      token?: undefined;
      anonymous?: undefined;
    }
  | {
      client: Client<Custom>;
      /** Connects without a user. */
      anonymous: true;
      user?: undefined;
      token?: undefined;
      guest?: undefined;
    }
  | {
      client: ServerClient<Custom>;
      user?: undefined;
      token?: undefined;
      guest?: undefined;
      anonymous?: undefined;
    }
);

/**
 * Connects a client, switches its user, and leaves when it is taken away. What is below it finds the client and its users by
 * hooks. Nothing is connected while a server renders, by a render that is thrown away, or twice.
 */
export function RollcallProvider<Custom extends object = JsonObject>(
  props: RollcallProviderProps<Custom>,
): ReactElement {
  const { children, ...given } = props;
  const { client, ...who } = given as { client: AnyClient } & Who;
  const session = sessionOf(client, who);
  useEffect(() => session.update(who));
  useEffect(() => session.hold(), [session]);
  return createElement(shared().context.Provider, { value: session }, children);
}

function sessionOf(client: AnyClient, who: Who): Session {
  const { user, guest, anonymous } = who;
  const all = shared().sessions;
  const sessions = all.get(client) ?? { byKey: new Map() };
  all.set(client, sessions);
  // A guest who has no id is another one than nobody.
  const key = canonicalKey(anonymous, user?.id, guest && [(guest as Partial<UserInput>).id]);
  const session = sessions.byKey.get(key) ?? createSession(client, sessions, who);
  sessions.byKey.set(key, session);
  return session;
}
