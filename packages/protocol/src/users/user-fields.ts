import type { User } from './user.js';

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
