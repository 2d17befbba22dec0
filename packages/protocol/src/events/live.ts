import type { Filter } from '../queries/query-users.js';
import type { RollcallEvent } from './event.js';
import type { EventType } from './event-catalogue.js';

/** Which events a live subscription delivers. Everything given must hold. */
export interface WatchEventsInput {
  /** Event types; default all that the caller may receive. */
  types?: EventType[];
  /** Only events about these users, at most 10,000. For a user token this is also what it follows beside itself. */
  user_ids?: string[];
  /** Only events about users who match this filter before or after the change. */
  filter?: Filter;
  /** Everything after this position; default: from now on. */
  lastEventId?: string;
}

/**
 * What a live subscription yields: everything new since the page before, in commit order, possibly nothing. The
 * position of the page is its tracked id. `resync` comes at most once, first: the log no longer reaches back to the
 * position asked for, so the listener has to read afresh.
 */
export interface EventPage {
  events: RollcallEvent[];
  resync?: true;
}

/** A position in the event log: which log (it changes when a backup is restored), and how far. */
export interface Position {
  epoch: string;
  seq: number;
}

/** Reads `<epoch>.<seq>`; undefined when it is not of that form. */
export function parsePosition(text: string): Position | undefined {
  const match = /^([0-9a-z]{1,32})\.(0|[1-9][0-9]{0,15})$/.exec(text);
  const seq = Number(match?.[2]);
  return match?.[1] && Number.isSafeInteger(seq) ? { epoch: match[1], seq } : undefined;
}

/** Writes `<epoch>.<seq>`. */
export function formatPosition(position: Position): string {
  return `${position.epoch}.${position.seq}`;
}
