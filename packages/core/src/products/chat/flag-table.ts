import { defineTable } from '../../database/table.js';

/** A flag on a message as it is stored. */
export interface FlagRow {
  message_id: string;
  /** Who flagged it. */
  user_id: string;
  reason?: string;
  created_at: number;
}

/** The flags. */
export const flagTable = defineTable<FlagRow>('flags', [
  { name: 'message_id', kind: 'text', primary: true },
  { name: 'user_id', kind: 'text', primary: true },
  { name: 'reason', kind: 'text', nullable: true },
  { name: 'created_at', kind: 'integer' },
]);
