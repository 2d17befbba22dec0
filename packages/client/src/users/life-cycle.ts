import {
  type DeleteUsersOptions,
  type DeletionModes,
  type DeletionPreview,
  type HardDeletion,
  type JsonObject,
  LIMITS,
  MESSAGE_DELETION_MODES,
  PAIR_DELETION_MODES,
  USER_DELETION_MODES,
  type User,
  type UserExport,
} from '@rollcall/protocol';
import { type ArgumentsOf, checked } from '../check/checked-methods.js';
import { optional } from '../check/kind.js';
import { flag, list, name, oneOf, userId } from '../check/kinds.js';
import { type ShapeOf, shape } from '../check/shape.js';
import { answerOf } from '../to-rollcall-error.js';
import type { Api } from '../transport/transport.js';

/** The options of every change in the life of users. */
export interface LifeCycleOptions {
  /** The user on whose behalf the back end acts. The events name it as their actor. */
  created_by_id?: string;
}

/** How to deactivate users. */
export interface DeactivateOptions extends LifeCycleOptions {
  /** Whether a task hides their messages. Default: false. */
  mark_messages_deleted?: boolean;
}

/** How to reactivate several users. */
export interface ReactivateUsersOptions extends LifeCycleOptions {
  /** Whether a task restores the messages that the deactivation hid. Default: false. */
  restore_messages?: boolean;
}

/** How to reactivate one user. */
export interface ReactivateUserOptions extends ReactivateUsersOptions {
  /** A new name, if somebody else has taken the old one meanwhile. */
  name?: string;
}

/** How to restore soft-deleted users. */
export interface RestoreUsersOptions extends LifeCycleOptions {
  /** Whether to restore the content, too, that their deletion hid. Default: false. */
  restore_content?: boolean;
}

/** How a back end deactivates, deletes, restores and exports users. */
export interface LifeCycle<Custom extends object = JsonObject> {
  /**
   * Deactivates a user at once: the server closes its connections and refuses its calls. Returns the user. A second
   * call changes nothing. With `mark_messages_deleted`, a task hides the user's messages.
   * @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED`
   */
  deactivateUser(id: string, options?: DeactivateOptions): Promise<User<Custom>>;

  /**
   * Deactivates 1–100 users as a task.
   * @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED` with the `index` of the id. Nothing has begun then.
   */
  deactivateUsers(ids: string[], options?: DeactivateOptions): Promise<{ task_id: string }>;

  /**
   * Undoes a deactivation at once. Returns the user. With `restore_messages`, a task restores the messages that the
   * deactivation hid.
   * @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED`, and `USERNAME_TAKEN` unless a free `name` is given.
   */
  reactivateUser(id: string, options?: ReactivateUserOptions): Promise<User<Custom>>;

  /**
   * Reactivates 1–100 users as a task. It reports each user whose name is taken by now. Throws like `deactivateUsers`.
   */
  reactivateUsers(ids: string[], options?: ReactivateUsersOptions): Promise<{ task_id: string }>;

  /** Deletes one user like `deleteUsers`. */
  deleteUser(id: string, options?: DeleteUsersOptions): Promise<{ task_id: string }>;

  /**
   * Deletes 1–100 users. The server marks them as deleted at once, and a task does the rest. It leaves untouched what
   * the options do not name; `user` is `soft` by default. `user: 'hard'` requires `messages: 'hard'` and
   * `conversations: 'hard'`, and cannot be undone.
   * @throws RollcallError `USER_NOT_FOUND` with the `index` of the id, `INPUT_INVALID` for modes that do not go
   * together, `USER_DELETED` or `USER_DEACTIVATED` for the new owner of channels. Nothing has changed then.
   */
  deleteUsers(ids: string[], options?: DeleteUsersOptions): Promise<{ task_id: string }>;

  /** Counts what `deleteUsers` with the same arguments would change. It changes nothing, and throws the same. */
  previewDeleteUsers(ids: string[], options?: DeleteUsersOptions): Promise<DeletionPreview>;

  /**
   * Restores 1–100 soft-deleted users as a task. It reports each user whose name is taken by now. Their content stays
   * deleted unless `restore_content` is true.
   * @throws RollcallError `USER_NOT_FOUND`, or `USER_DELETED` for a hard-deleted user, with the `index` of the id.
   * Nothing has begun then.
   */
  restoreUsers(ids: string[], options?: RestoreUsersOptions): Promise<{ task_id: string }>;

  /**
   * Reads everything that is stored about a user, as of one moment.
   * @throws RollcallError `USER_NOT_FOUND`, or `PAYLOAD_TOO_LARGE` for more than 10,000 records. `exportUsers` has no
   * such limit.
   */
  exportUser(id: string): Promise<UserExport<Custom>>;

  /**
   * Writes everything that is stored about 1–25 users to an NDJSON file, as a task. `waitForTask` returns the task, and
   * its `result.export` says where the file is. The file is kept for 24 hours; a link is valid for one hour.
   * @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED` with the `index` of the id. Nothing has begun then.
   */
  exportUsers(ids: string[], options?: LifeCycleOptions): Promise<{ task_id: string }>;
}

const ACTING: ShapeOf<LifeCycleOptions> = { created_by_id: optional(userId) };

const DEACTIVATE = optional(shape<DeactivateOptions>({ mark_messages_deleted: optional(flag), ...ACTING }));

const REACTIVATE_USERS: ShapeOf<ReactivateUsersOptions> = { restore_messages: optional(flag), ...ACTING };

/** What each option may be; which of them go together is the server's to say. */
export type DeleteOption = Partial<DeletionModes> & Pick<HardDeletion, 'new_channel_owner_id'>;

/** How users are deleted. */
export const DELETION_ROWS: ShapeOf<DeleteOption> = {
  user: optional(oneOf(USER_DELETION_MODES)),
  messages: optional(oneOf(MESSAGE_DELETION_MODES)),
  conversations: optional(oneOf(PAIR_DELETION_MODES)),
  calls: optional(oneOf(PAIR_DELETION_MODES)),
  new_channel_owner_id: optional(userId),
};

const DELETE = optional(shape<DeleteOption & LifeCycleOptions>({ ...DELETION_ROWS, ...ACTING }));

const IDS = list(userId, LIMITS.batchUsers);

/** What the methods of `LifeCycle` take. */
const ARGUMENTS: ArgumentsOf<LifeCycle> = {
  deactivateUser: [
    ['id', userId],
    ['options', DEACTIVATE],
  ],
  deactivateUsers: [
    ['ids', IDS],
    ['options', DEACTIVATE],
  ],
  reactivateUser: [
    ['id', userId],
    ['options', optional(shape<ReactivateUserOptions>({ name: optional(name), ...REACTIVATE_USERS }))],
  ],
  reactivateUsers: [
    ['ids', IDS],
    ['options', optional(shape(REACTIVATE_USERS))],
  ],
  deleteUser: [
    ['id', userId],
    ['options', DELETE],
  ],
  deleteUsers: [
    ['ids', IDS],
    ['options', DELETE],
  ],
  previewDeleteUsers: [
    ['ids', IDS],
    ['options', DELETE],
  ],
  restoreUsers: [
    ['ids', IDS],
    ['options', optional(shape<RestoreUsersOptions>({ restore_content: optional(flag), ...ACTING }))],
  ],
  exportUser: [['id', userId]],
  exportUsers: [
    ['ids', list(userId, LIMITS.exportUsers)],
    ['options', optional(shape(ACTING))],
  ],
};

/** The methods of `LifeCycle`. */
export function lifeCycleMethods<Custom extends object>({ users }: Api): LifeCycle<Custom> {
  const userOf = async (answer: Promise<{ user: User }>) => (await answerOf(answer)).user as User<Custom>;
  const methods: LifeCycle<Custom> = {
    deactivateUser: (id, options) => userOf(users.deactivate.mutate({ ...options, id })),
    deactivateUsers: (ids, options) => answerOf(users.deactivateMany.mutate({ ...options, ids })),
    reactivateUser: (id, options) => userOf(users.reactivate.mutate({ ...options, id })),
    reactivateUsers: (ids, options) => answerOf(users.reactivateMany.mutate({ ...options, ids })),
    deleteUser: (id, options) => answerOf(users.deleteMany.mutate({ ...options, ids: [id] })),
    deleteUsers: (ids, options) => answerOf(users.deleteMany.mutate({ ...options, ids })),
    previewDeleteUsers: (ids, options) => answerOf(users.previewDelete.query({ ...options, ids })),
    restoreUsers: (ids, options) => answerOf(users.restoreMany.mutate({ ...options, ids })),
    exportUser: async id => (await answerOf(users.exportOne.query({ id }))) as UserExport<Custom>,
    exportUsers: (ids, options) => answerOf(users.exportMany.mutate({ ...options, ids })),
  };
  return checked(methods, ARGUMENTS);
}
