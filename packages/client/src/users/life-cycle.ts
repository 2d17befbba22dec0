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
