import type {
  AppSettings,
  Filter,
  JsonObject,
  PartialUserUpdate,
  QueryUsersAnswer,
  QueryUsersOptions,
  Role,
  SortKey,
  Time,
  UpsertUserInput,
  User,
  UsersAnswer,
} from '@rollcall/protocol';
import type { CreateTokenOptions } from './access/signed-tokens.js';
import type { AnyItem, EventName, Handler, HandlerSubscription, ItemOfName } from './events/handlers.js';
import type {
  EventStream,
  PresenceStream,
  WatchEventsOptions,
  WatchPresenceOptions,
} from './events/live-streams.js';
import type { ImportUsersOptions, UserSource } from './import/import-users.js';
import type { ServerChat } from './products/chat.js';
import type { Feeds } from './products/feeds.js';
import type { Video } from './products/video.js';
import type { Tasks } from './tasks/tasks.js';
import type { Connection } from './transport/connection-state.js';
import type { Api } from './transport/transport.js';
import type { ServerBlocks } from './users/blocks.js';
import type { ServerDevices } from './users/devices.js';
import type { LifeCycle } from './users/life-cycle.js';
import type { Moderation } from './users/moderation.js';
import type { AllUsersOptions } from './users/users.js';

/** A client for back ends and scripts: it may do everything. Every method that fails throws a `RollcallError`. */
export interface ServerClient<Custom extends object = JsonObject>
  extends Moderation<Custom>,
    LifeCycle<Custom>,
    Tasks,
    ServerBlocks<Custom>,
    ServerDevices {
  /** Creates a user, or replaces its data: what is missing goes back to its default. Answers with the user as stored. */
  upsertUser(user: UpsertUserInput<Custom>): Promise<User<Custom>>;

  /** Upserts 1–100 users, all or nothing. */
  upsertUsers(users: UpsertUserInput<Custom>[]): Promise<UsersAnswer<Custom>>;

  /** Sets and unsets parts of one user; answers with the user as stored. */
  partialUpdateUser(update: PartialUserUpdate): Promise<User<Custom>>;

  /** Sets and unsets parts of 1–100 users, all or nothing. */
  partialUpdateUsers(updates: PartialUserUpdate[]): Promise<UsersAnswer<Custom>>;

  /**
   * Upserts any number of users, from an array, an iterable or an asynchronous one, in batches. Writes of the same id
   * keep their order. Errors that may pass are tried again; an upsert whose answer was lost is sent again, too, which
   * can make one with `if_revision` fail with `REVISION_CONFLICT` although it was stored.
   * @throws RollcallError of the first batch that failed; nothing is on its way any more then, and `index` counts in the
   * whole input. With `onError`, users that are refused are reported there instead, and all others are stored.
   */
  importUsers(
    users: UserSource<Custom>,
    options?: ImportUsersOptions<Custom>,
  ): Promise<{ done: number; failed: number }>;

  /** Finds users, one page. */
  queryUsers(
    filter?: Filter,
    sort?: SortKey[],
    options?: QueryUsersOptions,
  ): Promise<QueryUsersAnswer<Custom>>;

  /** Finds users, page after page, for as long as it is read. */
  queryUsersAll(
    filter?: Filter,
    sort?: SortKey[],
    options?: AllUsersOptions,
  ): AsyncGenerator<User<Custom>, void, undefined>;

  /** Watches events: everything, unless `types`, `user_ids` or `filter` say less. */
  watchEvents(options?: WatchEventsOptions): EventStream<Custom>;

  /** Who of these users is here, at most 10,000: the present state of each, then every change. */
  watchPresence(ids: readonly string[], options?: WatchPresenceOptions): PresenceStream;

  /**
   * Calls a handler with every event of a type, from when `ready` resolves until it is taken back; with `resync`, when
   * events were missed and have to be read afresh.
   */
  on<Name extends EventName>(type: Name, handler: Handler<ItemOfName<Name, Custom>>): HandlerSubscription;
  /** Calls a handler with every event, and with `resync` notices. */
  on(handler: Handler<AnyItem<Custom>>): HandlerSubscription;

  /** Takes back `on` with the same arguments. */
  off<Name extends EventName>(type: Name, handler: Handler<ItemOfName<Name, Custom>>): void;
  off(handler: Handler<AnyItem<Custom>>): void;

  /** Channels and messages. What is done in the name of a user says so in `user_id`. */
  readonly chat: ServerChat;

  /** Calls. What is done in the name of a user says so in `user_id`. */
  readonly video: Video;

  /** Activities. What is done in the name of a user says so in `user_id`. */
  readonly feeds: Feeds;

  getAppSettings(): Promise<AppSettings>;

  /** Changes the settings that are named; answers with all of them. */
  updateAppSettings(changes: Partial<AppSettings>): Promise<AppSettings>;

  createRole(name: string): Promise<Role>;

  /** Every role, built-in ones first. */
  listRoles(): Promise<Role[]>;

  deleteRole(name: string): Promise<void>;

  /**
   * Signs a token for one user; nothing is sent to the server.
   * @throws RollcallError `INPUT_INVALID` when this client was made with a token and not with the secret.
   */
  createToken(userId: string, options?: CreateTokenOptions): Promise<string>;

  /**
   * Refuses the tokens of a user that were issued before a time, and those that do not say when; closes the connections
   * that were opened with one. `null` undoes it.
   * @param before epoch milliseconds; tokens say their time in whole seconds.
   * @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED`
   */
  revokeUserToken(id: string, before: Time | null): Promise<void>;

  /** The same for 1–100 users, all or nothing: an error says the `index` of the id. */
  revokeUsersToken(ids: string[], before: Time | null): Promise<void>;

  /** The same for all tokens of the app, server tokens among them. A client that has the secret signs a fresh one. */
  revokeTokens(before: Time | null): Promise<void>;

  /** The live connection. It is open while something is watched or handled. */
  readonly connection: Connection;

  /** Ends every stream, takes back every handler and closes the live connection. A script can end then. */
  disconnect(): Promise<void>;

  /** The raw typed tRPC client, for everything else. */
  readonly api: Api;
}
