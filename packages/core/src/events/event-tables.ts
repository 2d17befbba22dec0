import { defineTable } from '../database/table.js';

/** One entry of the log. `data` is the rest of the event as JSON text. */
export interface EventRow {
  seq: number;
  type: string;
  at: number;
  actor_type: string;
  actor_id?: string;
  user_id?: string;
  data: string;
}

/** The event log. */
export const eventTable = defineTable<EventRow>('events', [
  { name: 'seq', kind: 'integer', primary: true },
  { name: 'type', kind: 'text' },
  { name: 'at', kind: 'integer' },
  { name: 'actor_type', kind: 'text' },
  { name: 'actor_id', kind: 'text', nullable: true },
  { name: 'user_id', kind: 'text', nullable: true },
  { name: 'data', kind: 'text', long: true },
]);

/** An entry that names a user without being about it. By these rows the entry is found when the user is erased. */
export interface EventMentionRow {
  user_id: string;
  seq: number;
}

/** The users who are named in entries that are not about them alone. */
export const eventMentionTable = defineTable<EventMentionRow>('event_mentions', [
  { name: 'user_id', kind: 'text', primary: true },
  { name: 'seq', kind: 'integer', primary: true },
]);

/** How far the log goes: one row. */
export interface EventStreamRow {
  id: number;
  epoch: string;
  last_seq: number;
  min_seq: number;
  /** The timeline of PostgreSQL that the log is on (`database/timeline-gate.ts`). */
  timeline?: string;
}

/** The counter that gives events their positions. */
export const eventStreamTable = defineTable<EventStreamRow>('event_stream', [
  { name: 'id', kind: 'integer', primary: true },
  { name: 'epoch', kind: 'text' },
  { name: 'last_seq', kind: 'integer' },
  { name: 'min_seq', kind: 'integer' },
  { name: 'timeline', kind: 'text', nullable: true },
]);

/** An epoch that ended when a standby took over, and how far its positions lead on. */
export interface PastEpochRow {
  epoch: string;
  last_seq: number;
}

/** The epochs whose positions still lead on. */
export const pastEpochTable = defineTable<PastEpochRow>('past_epochs', [
  { name: 'epoch', kind: 'text', primary: true },
  { name: 'last_seq', kind: 'integer' },
]);
