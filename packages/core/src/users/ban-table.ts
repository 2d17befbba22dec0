import { defineTable } from '../database/table.js';

/**
 * What is stored of a ban beside the user. The user's own fields say whether it is banned and until when; the row is
 * there as long as they do, and adds why, by whom and since when.
 */
export interface BanRow {
  user_id: string;
  reason?: string;
  banned_by_id?: string;
  /** Whether the user is not told of it: it is shadow-banned, and not banned openly. */
  shadow: boolean;
  created_at: number;
  expires_at?: number;
}

/** The bans, one for each user who is banned or shadow-banned. */
export const banTable = defineTable<BanRow>('bans', [
  { name: 'user_id', kind: 'text', primary: true },
  { name: 'reason', kind: 'text', nullable: true },
  { name: 'banned_by_id', kind: 'text', nullable: true },
  { name: 'shadow', kind: 'boolean' },
  { name: 'created_at', kind: 'integer' },
  { name: 'expires_at', kind: 'integer', nullable: true },
]);
