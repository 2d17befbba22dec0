import type { Attachment, JsonObject } from '@rollcall/protocol';
import { defineTable } from '../../database/table.js';

/** A message as it is stored. */
export interface MessageRow {
  id: string;
  cid: string;
  user_id: string;
  parent_id?: string;
  text?: string;
  attachments: Attachment[];
  custom: JsonObject;
  /** Written under a shadow ban: seen by its author and by servers only. */
  shadowed: boolean;
  /** Nothing but who, where and when is left. */
  pruned: boolean;
  created_at: number;
  updated_at: number;
  deleted_at?: number;
  /** How it was deleted: singly, by the deactivation of its author, or by the author's deletion. */
  deleted_with?: 'message' | 'deactivation' | 'deletion';
}

/** The messages. */
export const messageTable = defineTable<MessageRow>('messages', [
  { name: 'id', kind: 'text', primary: true },
  { name: 'cid', kind: 'text' },
  { name: 'user_id', kind: 'text' },
  { name: 'parent_id', kind: 'text', nullable: true },
  { name: 'text', kind: 'text', nullable: true },
  { name: 'attachments', kind: 'json' },
  { name: 'custom', kind: 'json' },
  { name: 'shadowed', kind: 'boolean' },
  { name: 'pruned', kind: 'boolean' },
  { name: 'created_at', kind: 'integer' },
  { name: 'updated_at', kind: 'integer' },
  { name: 'deleted_at', kind: 'integer', nullable: true },
  { name: 'deleted_with', kind: 'text', nullable: true },
]);
