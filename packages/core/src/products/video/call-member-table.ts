import { defineTable } from '../../database/table.js';

/** A member of a call as it is stored. */
export interface CallMemberRow {
  cid: string;
  user_id: string;
  /** When it joined the last time. */
  joined_at?: number;
  left_at?: number;
  created_at: number;
  /**
   * Whether this 1:1 call was deleted, softly, with this member. The call is back when that holds of neither member any
   * more.
   */
  deleted: boolean;
}

/** The members of calls. */
export const callMemberTable = defineTable<CallMemberRow>('call_members', [
  { name: 'cid', kind: 'text', primary: true },
  { name: 'user_id', kind: 'text', primary: true },
  { name: 'joined_at', kind: 'integer', nullable: true },
  { name: 'left_at', kind: 'integer', nullable: true },
  { name: 'created_at', kind: 'integer' },
  { name: 'deleted', kind: 'boolean' },
]);
