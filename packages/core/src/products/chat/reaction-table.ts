import { defineTable } from '../../database/table.js';

/** A reaction to a message as it is stored. */
export interface ReactionRow {
  message_id: string;
  user_id: string;
  type: string;
  created_at: number;
}

/** The reactions. */
export const reactionTable = defineTable<ReactionRow>('reactions', [
  { name: 'message_id', kind: 'text', primary: true },
  { name: 'user_id', kind: 'text', primary: true },
  { name: 'type', kind: 'text', primary: true },
  { name: 'created_at', kind: 'integer' },
]);
