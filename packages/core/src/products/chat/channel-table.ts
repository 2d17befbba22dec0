import type { JsonObject } from '@rollcall/protocol';
import { defineTable } from '../../database/table.js';

/** A channel as it is stored. */
export interface ChannelRow {
  /** `type:id`. */
  cid: string;
  type: string;
  id: string;
  /** Absent when the owner had no heir. */
  owner_id?: string;
  team?: string;
  /** Of a 1:1 channel: the ids of its two members, sorted, with a space between them. */
  pair?: string;
  custom: JsonObject;
  created_at: number;
  updated_at: number;
  /** When the last message was sent that everybody could see. */
  last_message_at?: number;
  /** Set for as long as a member is deleted together with its conversations. */
  deleted_at?: number;
}

/** The channels. */
export const channelTable = defineTable<ChannelRow>('channels', [
  { name: 'cid', kind: 'text', primary: true },
  { name: 'type', kind: 'text' },
  { name: 'id', kind: 'text' },
  { name: 'owner_id', kind: 'text', nullable: true },
  { name: 'team', kind: 'text', nullable: true },
  { name: 'pair', kind: 'text', nullable: true },
  { name: 'custom', kind: 'json' },
  { name: 'created_at', kind: 'integer' },
  { name: 'updated_at', kind: 'integer' },
  { name: 'last_message_at', kind: 'integer', nullable: true },
  { name: 'deleted_at', kind: 'integer', nullable: true },
]);
