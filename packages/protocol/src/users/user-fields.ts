import type { JsonObject } from '../json.js';

/** A time: epoch milliseconds, UTC. */
export type Time = number;

/** A time on input: epoch milliseconds or an ISO 8601 string with a zone. */
export type TimeInput = number | string;

/** What other people may learn of this user's activity; each part is on when absent. */
export interface PrivacySettings {
  typing_indicators?: { enabled: boolean };
  read_receipts?: { enabled: boolean };
}

/** Whether push notifications reach this user's devices. */
export interface PushNotifications {
  disabled?: boolean;
  disabled_until?: Time;
}

/** A device that receives push notifications. */
export interface Device {
  id: string;
  push_provider: 'apn' | 'firebase' | 'huawei' | 'xiaomi';
  push_provider_name?: string;
  created_at: Time;
}

/**
 * The one user object (SPEC section 1). Fields marked private are present for a server token and for the user itself,
 * and absent for everybody else.
 */
export interface User<Custom extends object = JsonObject> {
  /** 1–255 of `A-Z a-z 0-9 @ _ -`; case-sensitive; never changes. */
  id: string;
  /** At most 255 characters. */
  name?: string;
  /** An http or https URL of at most 2,048 characters. */
  image?: string;
  role: string;
  teams: string[];
  /** The user's role within single teams, by team. */
  teams_role?: Record<string, string>;
  custom: Custom;
  /** BCP 47 or ISO 639. */
  language?: string;
  /** Looks offline to everyone else; stays until it is changed. */
  invisible: boolean;
  /** Private. */
  privacy_settings?: PrivacySettings;
  /** Private. */
  push_notifications?: PushNotifications;
  banned: boolean;
  /** Private. */
  shadow_banned?: boolean;
  /** Private. A ban that has run out reads as not banned. */
  ban_expires?: Time;
  /** Private. */
  blocked_user_ids?: string[];
  /** Private. */
  devices?: Device[];
  /** At least one live connection on any process. */
  online: boolean;
  /** Absent for a user who has never connected. */
  last_active?: Time;
  /** Seconds: mean time from somebody else's message to this user's next one in the same channel. */
  avg_response_time?: number;
  created_at: Time;
  updated_at: Time;
  deactivated_at?: Time;
  deleted_at?: Time;
  /** Private. Tokens issued before this time are refused. */
  revoke_tokens_issued_before?: Time;
  /** 1 at first, +1 with every change that others can see. */
  revision: number;
}

/**
 * The one table of built-in user fields (SPEC section 1). Every rule that speaks of a class of fields is written
 * against it: who may write a field, who may see it, and what a replacing write does when the payload lacks it.
 *
 * - `write`: `anyone` (who may write the user at all), `server` (a server token only), `nobody` (read only: ignored by
 *   upserts, so that an object that was read can be written back; an error in a partial update).
 * - `private`: seen only by a server token and by the user itself.
 * - `onReplace`: `reset` to the default when an upsert does not name the field, or `keep`.
 */
export const USER_FIELDS = {
  id: { write: 'nobody', private: false, onReplace: 'keep' },
  name: { write: 'anyone', private: false, onReplace: 'reset' },
  image: { write: 'anyone', private: false, onReplace: 'reset' },
  role: { write: 'server', private: false, onReplace: 'reset' },
  teams: { write: 'server', private: false, onReplace: 'reset' },
  teams_role: { write: 'server', private: false, onReplace: 'reset' },
  custom: { write: 'anyone', private: false, onReplace: 'reset' },
  language: { write: 'anyone', private: false, onReplace: 'reset' },
  invisible: { write: 'anyone', private: false, onReplace: 'reset' },
  privacy_settings: { write: 'anyone', private: true, onReplace: 'reset' },
  push_notifications: { write: 'anyone', private: true, onReplace: 'reset' },
  banned: { write: 'server', private: false, onReplace: 'keep' },
  shadow_banned: { write: 'server', private: true, onReplace: 'keep' },
  ban_expires: { write: 'server', private: true, onReplace: 'keep' },
  blocked_user_ids: { write: 'nobody', private: true, onReplace: 'keep' },
  devices: { write: 'nobody', private: true, onReplace: 'keep' },
  online: { write: 'nobody', private: false, onReplace: 'keep' },
  last_active: { write: 'nobody', private: false, onReplace: 'keep' },
  avg_response_time: { write: 'nobody', private: false, onReplace: 'keep' },
  created_at: { write: 'nobody', private: false, onReplace: 'keep' },
  updated_at: { write: 'nobody', private: false, onReplace: 'keep' },
  deactivated_at: { write: 'nobody', private: false, onReplace: 'keep' },
  deleted_at: { write: 'nobody', private: false, onReplace: 'keep' },
  revoke_tokens_issued_before: { write: 'nobody', private: true, onReplace: 'keep' },
  revision: { write: 'nobody', private: false, onReplace: 'keep' },
} as const satisfies Record<keyof User, UserFieldRule>;

/** How one built-in field behaves. */
export interface UserFieldRule {
  write: 'anyone' | 'server' | 'nobody';
  private: boolean;
  onReplace: 'reset' | 'keep';
}

/** The name of a built-in field. */
export type UserField = keyof typeof USER_FIELDS;

/** Whether a top-level key is a built-in field; every other key is custom data. */
export function isUserField(key: string): key is UserField {
  return Object.hasOwn(USER_FIELDS, key);
}
