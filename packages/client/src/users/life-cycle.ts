import type { DeleteUsersOptions, DeletionPreview, JsonObject, User, UserExport } from '@rollcall/protocol';
import { answerOf } from '../to-rollcall-error.js';
import type { Api } from '../transport/transport.js';

/** What every change in the life of users takes. */
export interface LifeCycleOptions {
  /** The user on whose behalf it is done: the events name it as their actor. */
  created_by_id?: string;
}

/** How to deactivate users. */
export interface DeactivateOptions extends LifeCycleOptions {
  /** Whether a task hides their messages; default false. */
  mark_messages_deleted?: boolean;
}

/** How to reactivate several users. */
export interface ReactivateUsersOptions extends LifeCycleOptions {
  /** Whether a task brings back the messages that the deactivation hid; default false. */
  restore_messages?: boolean;
}

/** How to reactivate one user. */
export interface ReactivateUserOptions extends ReactivateUsersOptions {
  /** A new name, where the old one is taken by now. */
  name?: string;
}

/** How to bring back soft-deleted users. */
export interface RestoreUsersOptions extends LifeCycleOptions {
  /** Whether the content comes back, too, that their deletion hid; default false. */
  restore_content?: boolean;
}

/** How a back end deactivates, deletes, restores and exports users. */
export interface LifeCycle<Custom extends object = JsonObject> {
  /**
   * Deactivates a user, at once: its connections are closed, and it can call nothing. Answers with the user. One who is
   * deactivated already stays as it is. With `mark_messages_deleted`, a task hides its messages.
   * @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED`
   */
  deactivateUser(id: string, options?: DeactivateOptions): Promise<User<Custom>>;

  /**
   * Deactivates 1–100 users as a task.
   * @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED` with the `index` of the id; nothing is begun then.
   */
  deactivateUsers(ids: string[], options?: DeactivateOptions): Promise<{ task_id: string }>;

  /**
   * Undoes a deactivation, at once. Answers with the user. With `restore_messages`, a task brings back the messages that
   * the deactivation hid.
   * @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED`, and `USERNAME_TAKEN` unless a free `name` is given.
   */
  reactivateUser(id: string, options?: ReactivateUserOptions): Promise<User<Custom>>;

  /** Reactivates 1–100 users as a task, which tells of each whose name is taken by now. Throws like `deactivateUsers`. */
  reactivateUsers(ids: string[], options?: ReactivateUsersOptions): Promise<{ task_id: string }>;

  /** Deletes one user, like `deleteUsers`. */
  deleteUser(id: string, options?: DeleteUsersOptions): Promise<{ task_id: string }>;

  /**
   * Deletes 1–100 users: they are marked as deleted at once, and a task does the rest. What the options do not name is
   * left untouched; `user` is `soft` by default. `user: 'hard'` takes `messages: 'hard'` and `conversations: 'hard'`, and
   * cannot be undone.
   * @throws RollcallError `USER_NOT_FOUND` with the `index` of the id, `INPUT_INVALID` for modes that do not go together,
   * `USER_DELETED` or `USER_DEACTIVATED` for the new owner of channels; nothing has changed then.
   */
  deleteUsers(ids: string[], options?: DeleteUsersOptions): Promise<{ task_id: string }>;

  /** What `deleteUsers` with the same arguments would change, in counts. It changes nothing and throws the same. */
  previewDeleteUsers(ids: string[], options?: DeleteUsersOptions): Promise<DeletionPreview>;

  /**
   * Brings back 1–100 soft-deleted users as a task, which tells of each whose name is taken by now. Their content stays
   * deleted unless `restore_content` says otherwise.
   * @throws RollcallError `USER_NOT_FOUND`, or `USER_DELETED` for a user who is deleted for good, with the `index` of the
   * id; nothing is begun then.
   */
  restoreUsers(ids: string[], options?: RestoreUsersOptions): Promise<{ task_id: string }>;

  /**
   * Everything that is stored about a user, as it is at one moment.
   * @throws RollcallError `USER_NOT_FOUND`, or `PAYLOAD_TOO_LARGE` for more than 10,000 records: `exportUsers` has no
   * such limit.
   */
  exportUser(id: string): Promise<UserExport<Custom>>;

  /**
   * Writes everything that is stored about 1–25 users to an NDJSON file, as a task: `result.export` of the task that
   * `waitForTask` answers with says where it is. The file is kept for 24 hours, the link is good for one.
   * @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED` with the `index` of the id; nothing is begun then.
   */
  exportUsers(ids: string[], options?: LifeCycleOptions): Promise<{ task_id: string }>;
}

/** The methods of `LifeCycle`. */
export function lifeCycleMethods<Custom extends object>({ users }: Api): LifeCycle<Custom> {
  const userOf = async (answer: Promise<{ user: User }>) => (await answerOf(answer)).user as User<Custom>;
  return {
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
}
