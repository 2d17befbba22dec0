import type { Grant } from '../access/roles.js';
import type { Time } from '../users/user-fields.js';

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
  /** Whether people may come in as guests, without a token; default null: in development yes, in production no. */
  guests_enabled: boolean | null;
  /** Whether users see and find only those who share a team with them, and users without teams each other; default false. */
  multi_tenant_enabled: boolean;
  /**
   * Every token of the app that was issued before this time is refused, those of servers too; default null: none is.
   * Read only here: `revokeTokens` sets it.
   */
  revoke_tokens_issued_before: Time | null;
  /** What each role may do. A role that is not listed has the grants of `user`. */
  grants: Record<string, Grant[]>;
}

/** The settings that `updateAppSettings` changes: those that are named. */
export type AppSettingsUpdate = Partial<Omit<AppSettings, 'revoke_tokens_issued_before'>>;
