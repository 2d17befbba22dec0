import { defineTable } from '../database/table.js';

/** One user has blocked another. The list in the user follows these rows. */
export interface BlockRow {
  user_id: string;
  blocked_user_id: string;
  created_at: number;
}

/** Who has blocked whom. */
export const blockTable = defineTable<BlockRow>('blocks', [
  { name: 'user_id', kind: 'text', primary: true },
  { name: 'blocked_user_id', kind: 'text', primary: true },
  { name: 'created_at', kind: 'integer' },
]);
