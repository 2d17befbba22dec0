import type { JsonObject } from '@rollcall/protocol';
import { tokenOrProvider } from './access/token-kind.js';
import type { ArgumentsOf } from './check/checked-methods.js';
import { optional } from './check/kind.js';
import { flag } from './check/kinds.js';
import { shape } from './check/shape.js';
import type { Client } from './client.js';
import { UNTIL, WATCH_EVENTS_OPTIONS, WATCHED_IDS } from './events/stream-kinds.js';
import {
  COUNT_USERS_OPTIONS,
  FILTER,
  GUEST,
  PARTIAL_UPDATE,
  PARTIAL_UPDATES,
  QUERY_USERS_OPTIONS,
  SORT,
  USER,
} from './users/user-kinds.js';

/** The methods of a client that answer with a promise, apart from those that the server client has, too. */
export type ClientCalls<Custom extends object = JsonObject> = Pick<
  Client<Custom>,
  | 'connectUser'
  | 'setGuestUser'
  | 'connectAnonymousUser'
  | 'disconnectUser'
  | 'watchUsers'
  | 'unwatchUsers'
  | 'queryUsers'
  | 'countUsers'
  | 'partialUpdateUser'
  | 'partialUpdateUsers'
>;

/** What they take. */
export const CLIENT_ARGUMENTS: ArgumentsOf<ClientCalls> = {
  connectUser: [
    ['user', USER],
    ['tokenOrProvider', tokenOrProvider],
    ['options', UNTIL],
  ],
  setGuestUser: [
    ['user', optional(GUEST)],
    ['options', UNTIL],
  ],
  connectAnonymousUser: [],
  disconnectUser: [],
  watchUsers: [
    ['ids', WATCHED_IDS],
    ['options', optional(shape<{ presence?: boolean }>({ presence: optional(flag) }))],
  ],
  unwatchUsers: [['ids', WATCHED_IDS]],
  queryUsers: [
    ['filter', FILTER],
    ['sort', SORT],
    ['options', QUERY_USERS_OPTIONS],
  ],
  countUsers: [
    ['filter', FILTER],
    ['options', COUNT_USERS_OPTIONS],
  ],
  partialUpdateUser: [['update', PARTIAL_UPDATE]],
  partialUpdateUsers: [['updates', PARTIAL_UPDATES]],
};

/** What `watchEvents` takes. */
export const WATCH_EVENTS_ARGUMENTS: ArgumentsOf<Pick<Client, 'watchEvents'>> = {
  watchEvents: [['options', WATCH_EVENTS_OPTIONS]],
};
