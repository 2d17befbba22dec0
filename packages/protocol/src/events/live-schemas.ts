import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { userIdSchema } from '../users/user-fields-schema.js';
import { EVENT_CATALOGUE, type EventType } from './event-catalogue.js';
import { parsePosition } from './live.js';

const EVENT_TYPES = Object.keys(EVENT_CATALOGUE) as [EventType, ...EventType[]];

/** The input of `watchEvents`. The filter has its own parser, which also checks it against the caller's rights. */
export const watchEventsSchema = z.strictObject({
  types: z.array(z.enum(EVENT_TYPES)).min(1).max(EVENT_TYPES.length).optional(),
  user_ids: z.array(userIdSchema).max(LIMITS.watchedUsersPerConnection).optional(),
  filter: z.record(z.string(), z.unknown()).optional(),
  lastEventId: z
    .string()
    .refine(text => parsePosition(text) !== undefined, 'an event id is <epoch>.<seq>, as an event carried it')
    .optional(),
});

/** The input of `live.presence`: the users whose presence is followed. A repeated id counts once. */
export const watchPresenceSchema = z.strictObject({
  user_ids: z.array(userIdSchema).max(LIMITS.watchedUsersPerConnection),
});
