import type { ContentModes, UserDeletionMode } from '@rollcall/protocol';
import { defineTable } from '../database/table.js';

/** How much was changed: by product, and by the name of the thing there. */
export type Counts = Record<string, Record<string, number>>;

/** What a sweep does with the content of a user: the operation of the products that it calls. */
export type SweepKind = 'deactivate' | 'reactivate' | 'delete' | 'restore';

/**
 * A sweep that is under way (glossary: product.ts). There is at most one for a user, and it belongs to one task: a
 * deletion takes over from whatever was under way, everything else waits for its turn.
 */
export interface SweepRow {
  user_id: string;
  task_id: string;
  kind: SweepKind;
  /** Of a deletion: what becomes of the user itself at its end. */
  user_mode?: UserDeletionMode;
  /** Whether the user itself was changed when the sweep began. */
  user_changed: boolean;
  /** Of a deletion: who owns the channels afterwards, where somebody was named. */
  heir_id?: string;
  messages?: ContentModes['messages'];
  conversations?: ContentModes['conversations'];
  calls?: ContentModes['calls'];
  /** How much it has changed so far; who takes it over goes on counting. */
  changed: Counts;
  /** Of which deletion of messages an event has told already. */
  told?: ContentModes['messages'];
}

/** The sweeps that are under way. */
export const sweepTable = defineTable<SweepRow>('sweeps', [
  { name: 'user_id', kind: 'text', primary: true },
  { name: 'task_id', kind: 'text' },
  { name: 'kind', kind: 'text' },
  { name: 'user_mode', kind: 'text', nullable: true },
  { name: 'user_changed', kind: 'boolean' },
  { name: 'heir_id', kind: 'text', nullable: true },
  { name: 'messages', kind: 'text', nullable: true },
  { name: 'conversations', kind: 'text', nullable: true },
  { name: 'calls', kind: 'text', nullable: true },
  { name: 'changed', kind: 'json' },
  { name: 'told', kind: 'text', nullable: true },
]);
