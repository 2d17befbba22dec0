import type { Grant } from '../access/grants.js';

/** Where a username must be unique: nowhere, within the app, or within each team. */
export const USERNAME_SCOPES = ['no', 'app', 'team'] as const;

/** Where a username must be unique. */
export type UsernameScope = (typeof USERNAME_SCOPES)[number];

/** The settings of the app that can be changed while it runs. */
export interface AppSettings {
  /** Holds going forward only: switching it on checks nobody. Default `no`. */
  enforce_unique_usernames: UsernameScope;
  /** Custom paths that get an index, at most 20; default none. */
  indexed_custom_fields: string[];
  /** Bytes of `custom` as JSON, 1,024–15,360; default 5,120. */
  max_custom_bytes: number;
  /** Days that events are kept, 1–3,650; default 30. */
  event_retention_days: number;
  /** Days that ended tasks are kept, 1–3,650; default 30. */
  task_retention_days: number;
  /**
   * Days after which soft-deleted users are deleted for good, with their messages, activities, 1:1 channels and 1:1
   * calls, 1–3,650; default null: never.
   */
  purge_deleted_users_days: number | null;
  /** What each role may do. A role that is not listed has the grants of `user`. */
  grants: Record<string, Grant[]>;
}
