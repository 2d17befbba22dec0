import type { Grant } from '../access/roles.js';
import type { Time } from '../users/user-fields.js';

/** Where a username must be unique: nowhere, within the app, or within each team. */
export const USERNAME_SCOPES = ['no', 'app', 'team'] as const;

/** Where a username must be unique. */
export type UsernameScope = (typeof USERNAME_SCOPES)[number];

/** The settings of the app that can be changed while it runs. */
export interface AppSettings {
  /** Applies to later writes only: switching it on checks no existing user. Default `no`. */
  enforce_unique_usernames: UsernameScope;
  /** Custom paths that get an index, at most 20; default none. */
  indexed_custom_fields: string[];
  /**
   * Custom paths that only the user itself and servers see, at most 20; default none. A path holds all that is below it,
   * and goes into each element of an array.
   */
  private_custom_fields: string[];
  /** Bytes of `custom` as JSON, 1,024–15,360; default 5,120. */
  max_custom_bytes: number;
  /** Days that events are kept, 1–3,650; default 30. */
  event_retention_days: number;
  /** Days that ended tasks are kept, 1–3,650; default 30. */
  task_retention_days: number;
  /**
   * Days after which soft-deleted users are hard-deleted, with their messages, activities, 1:1 channels and 1:1 calls,
   * 1–3,650. Default null: never.
   */
  purge_deleted_users_days: number | null;
  /** Whether guests may come in without a token. Default null: yes in development, no in production. */
  guests_enabled: boolean | null;
  /**
   * Whether users see and find only users who share a team with them, and users without teams see each other. Default
   * false.
   */
  multi_tenant_enabled: boolean;
  /**
   * Tokens of the app that were issued before this time are refused, including server tokens. Default null: none.
   * Read-only here: `revokeTokens` sets it.
   */
  revoke_tokens_issued_before: Time | null;
  /** What each role may do. A role that is not listed has the grants of `user`. */
  grants: Record<string, Grant[]>;
}

/** The settings to change with `updateAppSettings`. The others stay. */
export type AppSettingsUpdate = Partial<Omit<AppSettings, 'revoke_tokens_issued_before'>>;
