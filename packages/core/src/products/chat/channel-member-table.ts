import { defineTable } from '../../database/table.js';

/** A member of a channel as it is stored. */
export interface ChannelMemberRow {
  cid: string;
  user_id: string;
  /** When it joined. */
  created_at: number;
  /**
   * Set when the member was deleted together with its conversations. A 1:1 channel is back only when neither of its two
   * is marked, whichever of them is restored first; and the mark goes with the row, so that no id is left in the other's.
   */
  deleted_with?: 'deletion';
}

/** The members of the channels. */
export const channelMemberTable = defineTable<ChannelMemberRow>('channel_members', [
  { name: 'cid', kind: 'text', primary: true },
  { name: 'user_id', kind: 'text', primary: true },
  { name: 'created_at', kind: 'integer' },
  { name: 'deleted_with', kind: 'text', nullable: true },
]);
