import { LIMITS } from '@rollcall/protocol';
import { optional } from '../check/kind.js';
import { list, position, signal, userId } from '../check/kinds.js';
import { shape } from '../check/shape.js';
import { FILTER } from '../users/user-kinds.js';
import { eventType } from './event-names.js';
import type { WatchEventsOptions } from './live-streams.js';

/** How long something may go on. */
export const UNTIL = optional(shape<{ signal?: AbortSignal }>({ signal: optional(signal) }));

/** Users to watch. */
export const WATCHED_IDS = list(userId, LIMITS.watchedUsersPerConnection);

/** The options of `watchEvents`. */
export const WATCH_EVENTS_OPTIONS = optional(
  shape<WatchEventsOptions>({
    types: optional(list(eventType)),
    user_ids: optional(WATCHED_IDS),
    filter: FILTER,
    lastEventId: optional(position),
    signal: optional(signal),
  }),
);
