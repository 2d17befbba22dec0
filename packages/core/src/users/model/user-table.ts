import type { Device, JsonObject, PrivacySettings, PushNotifications } from '@rollcall/protocol';
import { defineTable } from '../../database/table.js';

/** A user as it is stored. Three columns are derived: they only serve to find users. */
export interface UserRow {
  id: string;
  name?: string;
  /** The normalised name: equal for names that count as the same username. */
  name_key?: string;
  /** The words of the name, folded, each with a space in front. */
  name_words?: string;
  /** The words of the id, folded, each with a space in front. */
  id_words: string;
  image?: string;
  role: string;
  teams: string[];
  teams_role?: Record<string, string>;
  custom: JsonObject;
  language?: string;
  invisible: boolean;
  privacy_settings?: PrivacySettings;
  push_notifications?: PushNotifications;
  banned: boolean;
  shadow_banned: boolean;
  ban_expires?: number;
  blocked_user_ids: string[];
  devices: Device[];
  online: boolean;
  last_active?: number;
  avg_response_time?: number;
  created_at: number;
  updated_at: number;
  deactivated_at?: number;
  deleted_at?: number;
  /** What is left of a deleted user; its own data is all there with `soft`. A user deleted for good has no row. */
  deletion?: 'soft' | 'pruning';
  revoke_tokens_issued_before?: number;
  revision: number;
}

/** The users. */
export const userTable = defineTable<UserRow>('users', [
  { name: 'id', kind: 'text', primary: true },
  { name: 'name', kind: 'text', nullable: true },
  { name: 'name_key', kind: 'text', nullable: true },
  { name: 'name_words', kind: 'text', nullable: true },
  { name: 'id_words', kind: 'text' },
  { name: 'image', kind: 'text', nullable: true },
  { name: 'role', kind: 'text' },
  { name: 'teams', kind: 'json' },
  { name: 'teams_role', kind: 'json', nullable: true },
  { name: 'custom', kind: 'json' },
  { name: 'language', kind: 'text', nullable: true },
  { name: 'invisible', kind: 'boolean' },
  { name: 'privacy_settings', kind: 'json', nullable: true },
  { name: 'push_notifications', kind: 'json', nullable: true },
  { name: 'banned', kind: 'boolean' },
  { name: 'shadow_banned', kind: 'boolean' },
  { name: 'ban_expires', kind: 'integer', nullable: true },
  { name: 'blocked_user_ids', kind: 'json' },
  { name: 'devices', kind: 'json' },
  { name: 'online', kind: 'boolean' },
  { name: 'last_active', kind: 'integer', nullable: true },
  { name: 'avg_response_time', kind: 'integer', nullable: true },
  { name: 'created_at', kind: 'integer' },
  { name: 'updated_at', kind: 'integer' },
  { name: 'deactivated_at', kind: 'integer', nullable: true },
  { name: 'deleted_at', kind: 'integer', nullable: true },
  { name: 'revoke_tokens_issued_before', kind: 'integer', nullable: true },
  { name: 'revision', kind: 'integer' },
  { name: 'deletion', kind: 'text', nullable: true },
]);
