export {
  type Actor,
  type Change,
  type Changes,
  type ErrorCode,
  type EventOfType,
  type EventType,
  type Filter,
  type Issue,
  type JsonObject,
  type JsonValue,
  type PartialUserUpdate,
  type QueryUsersAnswer,
  type QueryUsersOptions,
  RollcallError,
  type RollcallEvent,
  type SortKey,
  type User,
  type UserEvent,
  type UserInput,
  type UsersAnswer,
} from '@rollcall/protocol';
export type { TokenOrProvider } from './access/token-source.js';
export type { Client } from './client.js';
export type { ClientOptions } from './client-options.js';
export { createClient } from './create-client.js';
export type { ResyncNotice, StreamItem } from './events/event-pages.js';
export type { EventName, Handler, ItemOfName } from './events/handlers.js';
export type { Subscription } from './events/subscription.js';
export type { EventStream, WatchEventsOptions } from './events/watch-events.js';
export type { Connection, ConnectionState } from './transport/connection-state.js';
export type { Transport } from './transport/live-connection.js';
export type { Api } from './transport/transport.js';
export type { AllUsersOptions } from './users/query-users.js';
