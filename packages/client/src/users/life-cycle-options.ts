/** How to deactivate one user, or several. */
export interface DeactivateUserOptions {
  /** The user's messages count as deleted. */
  mark_messages_deleted?: boolean;
  /** The user on whose behalf it is done. */
  created_by_id?: string;
}

/** How to reactivate several users. */
export interface ReactivateUsersOptions {
  /** Brings back the messages that a deactivation marked as deleted. */
  restore_messages?: boolean;
  /** The user on whose behalf it is done. */
  created_by_id?: string;
}

/** How to reactivate one user. */
export interface ReactivateUserOptions extends ReactivateUsersOptions {
  /** A new name, where the old one is taken by now. */
  name?: string;
}
