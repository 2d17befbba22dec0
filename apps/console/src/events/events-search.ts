import type { JsonObject } from '@rollcall/client/server';

/** All of a view of the events, as its address holds it. */
export interface EventsSearch {
  /** Types with commas between. */
  types?: string;
  /** Ids of users with commas between. */
  users?: string;
  filter?: JsonObject;
  /** The position after which the tail begins; without it, a little before now. */
  from?: string;
  /** The position of the event that is open. */
  event?: string;
}

const POSITION = /^[0-9a-z]{1,32}\.\d{1,16}$/;

/** Reads an address. What it cannot mean is left out. */
export function readEventsSearch({
  types,
  users,
  filter,
  from,
  event,
}: Record<string, unknown>): EventsSearch {
  const isPosition = (value: unknown): value is string => typeof value === 'string' && POSITION.test(value);
  const isFilter = typeof filter === 'object' && filter !== null && !Array.isArray(filter);
  return {
    ...(typeof types === 'string' && types !== '' && { types }),
    // An id of digits comes out of the address as a number.
    ...((typeof users === 'string' || typeof users === 'number') && users !== '' && { users: String(users) }),
    ...(isFilter && Object.keys(filter).length > 0 && { filter: filter as JsonObject }),
    ...(isPosition(from) && { from }),
    ...(isPosition(event) && { event }),
  };
}
