import type { ReadLane } from './read-lane.js';

/** How busy one lane of reads is. */
export interface LaneState {
  /** How many reads may run at a time. */
  readers: number;
  busy: number;
  waiting: number;
}

/** What waits and runs in a unit of work at this moment. */
export interface StorageState {
  /** Writes that wait for their turn, or for a connection; those that run are not among them. */
  waitingWrites: number;
  /** On PostgreSQL, lookups have no readers of their own. */
  lanes: Partial<Record<ReadLane['lane'], LaneState>>;
  /** The connections of a pool, and who waits for one; absent for an embedded file. */
  pool?: { busy: number; idle: number; waiting: number };
  /** The replicas that serve reads, and those that are left alone for now; absent without replicas. */
  replicas?: { serving: number; away: number };
}
