import type {
  AppSettings,
  CountUsersAnswer,
  CountUsersOptions,
  Filter,
  JsonObject,
  Overview,
  PartialUserUpdate,
  QueryUsersAnswer,
  Role,
  SortKey,
  Time,
  UpsertUserInput,
  User,
  UsersAnswer,
} from '@rollcall/protocol';
import type { CreateServerTokenOptions, CreateTokenOptions } from './access/signed-tokens.js';
import type { AnyItem, EventName, Handler, HandlerSubscription, ItemOfName } from './events/handlers.js';
import type {
  EventStream,
  PresenceStream,
  WatchEventsOptions,
  WatchPresenceOptions,
} from './events/live-streams.js';
import type { Imports } from './import/import-methods.js';
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
import type { UserActions } from './users/user-actions.js';
import type { AllUsersOptions, UsersPageOptions } from './users/users.js';
import type { Webhooks } from './webhooks/webhooks.js';

/**
 * A client for back ends and scripts. It may do everything. A method that fails throws a `RollcallError`.
 *
 * A method that takes paths into custom data has a type `Known` for what is known of it: so a client of any custom data
 * can be passed where one of `object` is taken.
 */
export interface ServerClient<Custom extends object = JsonObject>
  extends Moderation<Custom>,
    LifeCycle<Custom>,
    UserActions<Custom>,
    Tasks,
    ServerBlocks<Custom>,
    ServerDevices,
    Webhooks,
    Imports<Custom> {
  /** Creates a user, or replaces its data: a field that is missing gets its default. Returns the user as stored. */
  upsertUser(user: UpsertUserInput<Custom>): Promise<User<Custom>>;

  /** Upserts 1–100 users, all or nothing. */
  upsertUsers(users: UpsertUserInput<Custom>[]): Promise<UsersAnswer<Custom>>;

  /** Sets and unsets parts of one user. Returns the user as stored. */
  partialUpdateUser<Known extends object = Custom>(update: PartialUserUpdate<Known>): Promise<User<Custom>>;

  /** Sets and unsets parts of 1–100 users, all or nothing. */
  partialUpdateUsers<Known extends object = Custom>(
    updates: PartialUserUpdate<Known>[],
  ): Promise<UsersAnswer<Custom>>;

  /** Finds one page of users. To hear of them afterwards, use `watchEvents` and `watchPresence`. */
  queryUsers<Known extends object = Custom>(
    filter?: Filter<Known>,
    sort?: SortKey<Known>[],
    options?: UsersPageOptions,
  ): Promise<QueryUsersAnswer<Custom>>;

  /** Counts users, no further than `up_to`: 1–1,000,000, by default 1,000. */
  countUsers<Known extends object = Custom>(
    filter?: Filter<Known>,
    options?: CountUsersOptions,
  ): Promise<CountUsersAnswer>;

  /** Finds users, page after page, for as long as somebody reads them. */
  queryUsersAll<Known extends object = Custom>(
    filter?: Filter<Known>,
    sort?: SortKey<Known>[],
    options?: AllUsersOptions,
  ): AsyncGenerator<User<Custom>, void, undefined>;

  /** Watches events: all of them, or those that `types`, `user_ids` or `filter` select. */
  watchEvents<Known extends object = Custom>(options?: WatchEventsOptions<Known>): EventStream<Custom>;

  /** Watches the presence of at most 10,000 users: the present state of each, then every change. */
  watchPresence(ids: readonly string[], options?: WatchPresenceOptions): PresenceStream;

  /**
   * Calls a handler with every event of a type, from the moment when `ready` resolves until it is unsubscribed. The
   * type `resync` reports that events were missed: read your data afresh.
   */
  on<Name extends EventName>(type: Name, handler: Handler<ItemOfName<Name, Custom>>): HandlerSubscription;
  /** Calls a handler with every event, and with `resync` notices. */
  on(handler: Handler<AnyItem<Custom>>): HandlerSubscription;

  /** Undoes the last `on` with the same arguments. Each call of `on` is an entry of its own. */
  off<Name extends EventName>(type: Name, handler: Handler<ItemOfName<Name, Custom>>): void;
  off(handler: Handler<AnyItem<Custom>>): void;

  /** Channels and messages. `user_id` says on behalf of which user the back end acts. */
  readonly chat: ServerChat;

  /** Calls. `user_id` says on behalf of which user the back end acts. */
  readonly video: Video;

  /** Activities. `user_id` says on behalf of which user the back end acts. */
  readonly feeds: Feeds;

  /** How the installation is doing: users, tasks, what the process that answers does, and what an operator should know. */
  getOverview(): Promise<Overview>;

  getAppSettings(): Promise<AppSettings>;

  /** Changes the settings that are named. Returns all of them. */
  updateAppSettings(changes: Partial<AppSettings>): Promise<AppSettings>;

  createRole(name: string): Promise<Role>;

  /** Lists every role, built-in ones first. */
  listRoles(): Promise<Role[]>;

  deleteRole(name: string): Promise<void>;

  /**
   * Signs a token for one user. It sends nothing to the server.
   * @throws RollcallError `INPUT_INVALID` if this client has a token and not the secret.
   */
  createToken(userId: string, options?: CreateTokenOptions): Promise<string>;

  /**
   * Signs a server token, for a program or a person that is to have no secret: by default for an hour, and for everything.
   * With `read_only` the server refuses it every change. It sends nothing to the server.
   * @throws RollcallError `INPUT_INVALID` if this client has a token and not the secret.
   */
  createServerToken(options?: CreateServerTokenOptions): Promise<string>;

  /**
   * Revokes the tokens of a user that were issued before a time, and those without a time of issue. Closes the
   * connections that were opened with one of them. `null` undoes the revocation.
   * @param before epoch milliseconds. The time in a token is in whole seconds.
   * @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED`
   */
  revokeUserToken(id: string, before: Time | null): Promise<void>;

  /** The same for 1–100 users, all or nothing. An error has the `index` of the id. */
  revokeUsersToken(ids: string[], before: Time | null): Promise<void>;

  /** The same for all tokens of the app, also server tokens. A client that has the secret signs a fresh one. */
  revokeTokens(before: Time | null): Promise<void>;

  /** The live connection. It is open while the client watches something or has handlers. */
  readonly connection: Connection;

  /** Ends every stream, removes every handler, and closes the live connection. A script can end then. */
  disconnect(): Promise<void>;

  /** The raw typed tRPC client, for everything else. */
  readonly api: Api;
}
