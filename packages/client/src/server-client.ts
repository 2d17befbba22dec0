import type {
  AppSettings,
  Filter,
  JsonObject,
  ListTasksAnswer,
  ListTasksOptions,
  PartialUserUpdate,
  QueryUsersAnswer,
  QueryUsersOptions,
  Role,
  SortKey,
  Task,
  UpsertUserInput,
  User,
  UsersAnswer,
} from '@rollcall/protocol';
import type { CreateTokenOptions } from './access/user-token.js';
import type { StreamItem } from './events/event-pages.js';
import type { EventName, Handler, ItemOfName } from './events/handlers.js';
import type { HandlerSubscription } from './events/on-and-off.js';
import type { EventStream, WatchEventsOptions } from './events/watch-events.js';
import type { ImportUsersOptions, UserSource } from './import/import-users.js';
import type { WatchTaskOptions } from './tasks/watch-task.js';
import type { Connection } from './transport/connection-state.js';
import type { Api } from './transport/transport.js';
import type { LifeCycleOptions, ReactivateUserOptions } from './users/life-cycle-options.js';
import type { AllUsersOptions } from './users/query-users.js';

/** A client for back ends and scripts: it may do everything. Every method that fails throws a `RollcallError`. */
export interface ServerClient<Custom extends object = JsonObject> {
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

  /** Deactivates a user, at once: its connections are closed, and it can call nothing. Answers with the user. */
  deactivateUser(id: string, options?: LifeCycleOptions): Promise<User<Custom>>;

  /** Deactivates 1–100 users as a task. */
  deactivateUsers(ids: string[], options?: LifeCycleOptions): Promise<{ task_id: string }>;

  /** Undoes a deactivation, at once. Answers with the user. */
  reactivateUser(id: string, options?: ReactivateUserOptions): Promise<User<Custom>>;

  /** Reactivates 1–100 users as a task. */
  reactivateUsers(ids: string[], options?: LifeCycleOptions): Promise<{ task_id: string }>;

  /** A task as it stands. */
  getTask(task_id: string): Promise<Task>;

  /** One page of tasks, newest first. */
  listTasks(options?: ListTasksOptions): Promise<ListTasksAnswer>;

  /** Stops a task between two users; what is done stays done. Answers with the task as it stands. */
  cancelTask(task_id: string): Promise<Task>;

  /** The present state of a task at once, then every change, until it has ended. */
  watchTask(task_id: string, options?: WatchTaskOptions): AsyncIterableIterator<Task>;

  /** Resolves with a task when it has ended, however it ended. */
  waitForTask(task_id: string, options?: WatchTaskOptions): Promise<Task>;

  /** Watches events: everything, unless `types`, `user_ids` or `filter` say less. */
  watchEvents(options?: WatchEventsOptions): EventStream<Custom>;

  /**
   * Calls a handler with every event of a type, from when `ready` resolves until it is taken back; with `resync`, when
   * events were missed and have to be read afresh.
   */
  on<Name extends EventName>(type: Name, handler: Handler<ItemOfName<Name, Custom>>): HandlerSubscription;
  /** Calls a handler with every event, and with `resync` notices. */
  on(handler: Handler<StreamItem<Custom>>): HandlerSubscription;

  /** Takes back `on` with the same arguments. */
  off<Name extends EventName>(type: Name, handler: Handler<ItemOfName<Name, Custom>>): void;
  off(handler: Handler<StreamItem<Custom>>): void;

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

  /** The live connection. It is open while something is watched or handled. */
  readonly connection: Connection;

  /** Ends every stream, takes back every handler and closes the live connection. A script can end then. */
  disconnect(): Promise<void>;

  /** The raw typed tRPC client, for everything else. */
  readonly api: Api;
}
