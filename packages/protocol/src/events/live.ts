import type { JsonObject } from '../json.js';
import type { Filter } from '../query/filter.js';
import type { RollcallEvent } from './event.js';
import type { EventType } from './event-catalogue.js';

/** Which events a live subscription delivers. An event must meet all given conditions. */
export interface WatchEventsInput<Custom extends object = JsonObject> {
  /** Event types. Default: all that the caller may receive. */
  types?: EventType[];
  /** Only events about these users, at most 10,000. A user token follows these users and itself. */
  user_ids?: string[];
  /** Only events about users who match this filter before or after the change. */
  filter?: Filter<Custom>;
  /** Deliver everything after this position. Default: from now on. */
  lastEventId?: string;
}

/**
 * What a live subscription yields: everything new since the page before, in commit order, possibly nothing. The
 * position of the page is its tracked id. `resync` comes at most once, and first: the log no longer reaches back to the
 * requested position, so the listener has to read everything again.
 */
export interface EventPage {
  events: RollcallEvent[];
  resync?: true;
}

/** A position in the event log: the log (its epoch changes when a backup is restored), and the place in it. */
export interface Position {
  epoch: string;
  seq: number;
}

/** Reads `<epoch>.<seq>`; undefined for any other text. */
export function parsePosition(text: string): Position | undefined {
  const match = /^([0-9a-z]{1,32})\.(0|[1-9][0-9]{0,15})$/.exec(text);
  const seq = Number(match?.[2]);
  return match?.[1] && Number.isSafeInteger(seq) ? { epoch: match[1], seq } : undefined;
}

/** Writes `<epoch>.<seq>`. */
export function formatPosition(position: Position): string {
  return `${position.epoch}.${position.seq}`;
}
