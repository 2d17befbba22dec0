import type {
  CountUsersAnswer,
  CountUsersOptions,
  Filter,
  JsonObject,
  PartialUserUpdate,
  QueryUsersAnswer,
  QueryUsersOptions,
  SortKey,
  User,
  UserInput,
  UsersAnswer,
} from '@rollcall/protocol';
import type { TokenOrProvider } from './access/token-source.js';
import type { AnyItem, EventName, Handler, ItemOfName } from './events/handlers.js';
import type { EventStream, WatchEventsOptions } from './events/live-streams.js';
import type { Chat } from './products/chat.js';
import type { Feeds } from './products/feeds.js';
import type { Video } from './products/video.js';
import type { ConnectOptions } from './session.js';
import type { Subscription } from './subscription.js';
import type { Connection } from './transport/connection-state.js';
import type { Api } from './transport/transport.js';
import type { Blocks } from './users/blocks.js';
import type { Devices } from './users/devices.js';
import type { Moderation } from './users/moderation.js';
import type { AllUsersOptions } from './users/users.js';

/**
 * A client for one user, in a browser or in Node. A method that fails throws a `RollcallError`. Before `connectUser`
 * its code is `TOKEN_MISSING`.
 *
 * A method that takes paths into custom data has a type `Known` for what is known of it: so a client of any custom data
 * can be passed where one of `object` is taken.
 */
export interface Client<Custom extends object = JsonObject>
  extends Moderation<Custom>,
    Blocks<Custom>,
    Devices {
  /**
   * Creates the user, or merges the given fields into it, and opens the live connection. With only an id, the profile
   * stays as it is. Resolves with the user as stored when events have begun: nothing that happens later is missed.
   *
   * It does not give up when the server cannot be reached for the moment, also when it never could be. `connection`
   * shows what it waits for; the signal and `disconnectUser` end the wait.
   * @param tokenOrProvider the user's token, or a function that fetches one. The client calls the function again when
   * the token has expired. Calls and events continue without the application noticing. A token of somebody else ends
   * the session with `TOKEN_INVALID`.
   */
  connectUser(
    user: UserInput<Custom>,
    tokenOrProvider: TokenOrProvider,
    options?: ConnectOptions,
  ): Promise<User<Custom>>;

  /**
   * Creates a guest and connects it like `connectUser`. A guest is a user of the role `guest` and needs no token.
   * Without an id the server gives it one. The client keeps the guest's token until `disconnectUser`. The token is
   * valid for a day.
   * @throws RollcallError `NOT_ALLOWED` if the app does not let guests in, or for an id that is taken.
   */
  setGuestUser(user?: Partial<UserInput<Custom>>, options?: ConnectOptions): Promise<User<Custom>>;

  /**
   * Connects without a user. Calls and watches have the rights of the role `anonymous`: what its grants say, and by
   * default nothing. The server stores nothing, `user` stays undefined, and the live connection is open while something
   * is watched.
   */
  connectAnonymousUser(): Promise<void>;

  /** Closes the live connection, ends every stream, and forgets the user. Handlers stay. */
  disconnectUser(): Promise<void>;

  /** The connected user as it is now; undefined while no user is connected. */
  readonly user: User<Custom> | undefined;

  /** The live connection. */
  readonly connection: Connection;

  /**
   * Calls a handler with every event of a type. The type `resync` reports that events were missed: read your data
   * afresh.
   */
  on<Name extends EventName>(type: Name, handler: Handler<ItemOfName<Name, Custom>>): Subscription;
  /** Calls a handler with every event, and with `resync` notices. */
  on(handler: Handler<AnyItem<Custom>>): Subscription;

  /** Undoes the last `on` with the same arguments. Each call of `on` is an entry of its own. */
  off<Name extends EventName>(type: Name, handler: Handler<ItemOfName<Name, Custom>>): void;
  off(handler: Handler<AnyItem<Custom>>): void;

  /**
   * A stream of events, independent of the handlers: about the user itself, and about those that `user_ids` or `filter`
   * name.
   */
  watchEvents<Known extends object = Custom>(options?: WatchEventsOptions<Known>): EventStream<Custom>;

  /**
   * Watches more users: handlers get their public events. At most 10,000 users in all. Resolves when the events have
   * begun. Watches survive a lost connection. While the server has no room for them, it waits, as `connection.state` says,
   * and `unwatchUsers` makes room at once.
   *
   * With `presence`, `user.presence.changed` reports the present state of each user before this resolves, then every
   * change. The last state is the valid one.
   */
  watchUsers(ids: readonly string[], options?: { presence?: boolean }): Promise<void>;

  /** Stops watching these users and their presence. Resolves when the server has stopped, too. */
  unwatchUsers(ids: readonly string[]): Promise<void>;

  /** Finds one page of users. With `watch` or `presence` it also watches them like `watchUsers`, before it resolves. */
  queryUsers<Known extends object = Custom>(
    filter?: Filter<Known>,
    sort?: SortKey<Known>[],
    options?: QueryUsersOptions,
  ): Promise<QueryUsersAnswer<Custom>>;

  /** Counts users, no further than `up_to`: 1–1,000, by default 1,000. */
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

  /** Sets and unsets parts of one user. Returns the user as stored. */
  partialUpdateUser<Known extends object = Custom>(update: PartialUserUpdate<Known>): Promise<User<Custom>>;

  /** Sets and unsets parts of 1–100 users, all or nothing. */
  partialUpdateUsers<Known extends object = Custom>(
    updates: PartialUserUpdate<Known>[],
  ): Promise<UsersAnswer<Custom>>;

  /** The channels of the connected user, and their messages. */
  readonly chat: Chat;

  /** The calls of the connected user. */
  readonly video: Video;

  /** The activities of the connected user, and those of others. */
  readonly feeds: Feeds;

  /** The raw typed tRPC client, for everything else. */
  readonly api: Api;
}
