import type { JsonObject } from '@rollcall/protocol';
import { defineTable } from '../../database/table.js';

/** An activity as it is stored. */
export interface ActivityRow {
  id: string;
  actor_id: string;
  /** Absent once it is pruned, like the object. */
  verb?: string;
  object?: string;
  custom: JsonObject;
  /** Whether what it said was taken away for good: it never comes back. */
  pruned: boolean;
  created_at: number;
  deleted_at?: number;
  /** `activity`: singly, by somebody. `deactivation`, `deletion`: with its actor, and it comes back with it. */
  deleted_with?: 'activity' | 'deactivation' | 'deletion';
}

/** The activities. */
export const activityTable = defineTable<ActivityRow>('activities', [
  { name: 'id', kind: 'text', primary: true },
  { name: 'actor_id', kind: 'text' },
  { name: 'verb', kind: 'text', nullable: true },
  { name: 'object', kind: 'text', nullable: true },
  { name: 'custom', kind: 'json' },
  { name: 'pruned', kind: 'boolean' },
  { name: 'created_at', kind: 'integer' },
  { name: 'deleted_at', kind: 'integer', nullable: true },
  { name: 'deleted_with', kind: 'text', nullable: true },
]);
