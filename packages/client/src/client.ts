import type {
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
import type { Subscription } from './subscription.js';
import type { Connection } from './transport/connection-state.js';
import type { Api } from './transport/transport.js';
import type { Blocks } from './users/blocks.js';
import type { Devices } from './users/devices.js';
import type { Moderation } from './users/moderation.js';
import type { AllUsersOptions } from './users/users.js';

/**
 * A client for one user, in a browser or in Node. Every method that fails throws a `RollcallError`; before `connectUser`
 * that is `TOKEN_MISSING`.
 */
export interface Client<Custom extends object = JsonObject>
  extends Moderation<Custom>,
    Blocks<Custom>,
    Devices {
  /**
   * Creates the user, or merges the given fields into it, and opens the live connection. With only an id, the profile
   * stays as it is. Resolves with the user as stored when events have begun; nothing that happens after is missed.
   *
   * It does not give up on a server that cannot be reached for the moment: `connection` shows it, and `disconnectUser`
   * ends the wait.
   * @param tokenOrProvider the user's token, or a function that fetches one. It is called again when the token has
   * expired, and calls and events go on without the application noticing.
   */
  connectUser(user: UserInput<Custom>, tokenOrProvider: TokenOrProvider): Promise<User<Custom>>;

  /**
   * Makes a guest, a user of the role `guest` who needs no token, and connects it like `connectUser`. Without an id it
   * gets one. The token that the server gives it is kept until `disconnectUser`, and lasts for a day.
   * @throws RollcallError `NOT_ALLOWED` where guests are not let in, or for an id that is taken.
   */
  setGuestUser(user?: Partial<UserInput<Custom>>): Promise<User<Custom>>;

  /**
   * Connects nobody: calls and watches are those of the role `anonymous`, which may do what its grants say and by default
   * nothing. Nothing is stored, `user` stays undefined, and the live connection is open while something is watched.
   */
  connectAnonymousUser(): Promise<void>;

  /** Closes the live connection, ends every stream and forgets the user. Handlers stay. */
  disconnectUser(): Promise<void>;

  /** The own user as it is now; undefined while nobody is connected. */
  readonly user: User<Custom> | undefined;

  /** The live connection. */
  readonly connection: Connection;

  /** Calls a handler with every event of a type; with `resync`, when events were missed and have to be read afresh. */
  on<Name extends EventName>(type: Name, handler: Handler<ItemOfName<Name, Custom>>): Subscription;
  /** Calls a handler with every event, and with `resync` notices. */
  on(handler: Handler<AnyItem<Custom>>): Subscription;

  /** Takes back `on` with the same arguments. */
  off<Name extends EventName>(type: Name, handler: Handler<ItemOfName<Name, Custom>>): void;
  off(handler: Handler<AnyItem<Custom>>): void;

  /** A stream of events of its own, beside the handlers: about the user itself, and whom `user_ids` or `filter` name. */
  watchEvents(options?: WatchEventsOptions): EventStream<Custom>;

  /**
   * Follows the public events of these users, beside those watched already; at most 10,000 in all. Resolves when the
   * events have begun. Watches come back after a lost connection.
   *
   * With `presence`, `user.presence.changed` tells of each of them: the present state before this resolves, then every
   * change, the last state winning.
   */
  watchUsers(ids: readonly string[], options?: { presence?: boolean }): Promise<void>;

  /** Stops following these users, and their presence. Resolves when that holds. */
  unwatchUsers(ids: readonly string[]): Promise<void>;

  /** Finds users, one page. With `watch` or `presence`, the found ones are watched when it resolves, like by `watchUsers`. */
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

  /** Sets and unsets parts of one user; answers with the user as stored. */
  partialUpdateUser(update: PartialUserUpdate): Promise<User<Custom>>;

  /** Sets and unsets parts of 1–100 users, all or nothing. */
  partialUpdateUsers(updates: PartialUserUpdate[]): Promise<UsersAnswer<Custom>>;

  /** The channels of the connected user, and their messages. */
  readonly chat: Chat;

  /** The calls of the connected user. */
  readonly video: Video;

  /** The activities of the connected user, and those of others. */
  readonly feeds: Feeds;

  /** The raw typed tRPC client, for everything else. */
  readonly api: Api;
}
