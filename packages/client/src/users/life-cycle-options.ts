/** How to deactivate users, or to reactivate several. */
export interface LifeCycleOptions {
  /** The user on whose behalf it is done: the events name it as their actor. */
  created_by_id?: string;
}

/** How to reactivate one user. */
export interface ReactivateUserOptions extends LifeCycleOptions {
  /** A new name, where the old one is taken by now. */
  name?: string;
}
