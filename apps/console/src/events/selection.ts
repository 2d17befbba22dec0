import type { JsonObject, WatchEventsOptions } from '@rollcall/client/server';
import { typesOf } from './event-types.js';
import type { EventsSearch } from './events-search.js';

/** Which events a tail shows, as the server takes it. */
export type Selection = Pick<WatchEventsOptions, 'types' | 'user_ids'> & { filter?: JsonObject };

/** The selection of an address. */
export function selectionOf({ types, users, filter }: EventsSearch): Selection {
  const known = typesOf(types);
  const ids = [...new Set((users ?? '').split(',').map(id => id.trim()))].filter(Boolean);
  return {
    ...(known.length > 0 && { types: known }),
    ...(ids.length > 0 && { user_ids: ids }),
    ...(filter && { filter }),
  };
}

/** The position so many entries of the log before another one; undefined for what is no position. */
export function positionBefore(position: string, entries: number): string | undefined {
  const [, epoch, seq] = /^([0-9a-z]{1,32})\.(\d{1,16})$/.exec(position) ?? [];
  return epoch === undefined ? undefined : `${epoch}.${Math.max(0, Number(seq) - entries)}`;
}
