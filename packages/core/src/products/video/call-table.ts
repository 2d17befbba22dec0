import type { JsonObject } from '@rollcall/protocol';
import { defineTable } from '../../database/table.js';

/** A call as it is stored. */
export interface CallRow {
  /** `<type>:<id>`. */
  cid: string;
  type: string;
  id: string;
  created_by_id?: string;
  /**
   * How many people have ever been members. A call of two is 1:1 and follows either of them when they are deleted; with
   * a third it is a group call for ever, whoever of them is gone by now.
   */
  people: number;
  custom: JsonObject;
  started_at?: number;
  ended_at?: number;
  created_at: number;
  updated_at: number;
  deleted_at?: number;
  /** `deletion`: with a member who may come back. `forgotten`: with a member who is gone for good. */
  deleted_with?: 'deletion' | 'forgotten';
}

/** The calls. */
export const callTable = defineTable<CallRow>('calls', [
  { name: 'cid', kind: 'text', primary: true },
  { name: 'type', kind: 'text' },
  { name: 'id', kind: 'text' },
  { name: 'created_by_id', kind: 'text', nullable: true },
  { name: 'people', kind: 'integer' },
  { name: 'custom', kind: 'json' },
  { name: 'started_at', kind: 'integer', nullable: true },
  { name: 'ended_at', kind: 'integer', nullable: true },
  { name: 'created_at', kind: 'integer' },
  { name: 'updated_at', kind: 'integer' },
  { name: 'deleted_at', kind: 'integer', nullable: true },
  { name: 'deleted_with', kind: 'text', nullable: true },
]);
