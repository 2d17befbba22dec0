import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { recordSchema } from '../users/record-schema.js';
import { isUserId, USER_ID_RULE } from '../users/user-id.js';
import { EVENT_CATALOGUE, type EventType } from './event-catalogue.js';
import { parsePosition } from './live.js';

const EVENT_TYPES = Object.keys(EVENT_CATALOGUE) as [EventType, ...EventType[]];

/** Thousands of ids, of which all may be wrong: the first that are get an issue each, and the last of these says how many more. */
const watchedIdsSchema = z
  .array(z.custom<string>())
  .max(LIMITS.watchedUsersPerConnection)
  .check(({ value, issues }) => {
    if (value.length > LIMITS.watchedUsersPerConnection) return;
    const wrong = value.flatMap((id, index) => (isUserId(id) ? [] : [index]));
    const listed = wrong.slice(0, LIMITS.listedIssues);
    const more = wrong.length - listed.length;
    for (const index of listed) {
      const last = more > 0 && index === listed.at(-1);
      issues.push({
        code: 'custom',
        path: [index],
        message: USER_ID_RULE,
        input: value,
        ...(last && { params: { more } }),
      });
    }
  });

/** The input of `watchEvents`. The filter has its own parser, which also checks it against the caller's rights. */
export const watchEventsSchema = z.strictObject({
  types: z.array(z.enum(EVENT_TYPES)).min(1).max(EVENT_TYPES.length).optional(),
  user_ids: watchedIdsSchema.optional(),
  filter: recordSchema(z.string(), z.unknown()).optional(),
  lastEventId: z
    .string()
    .refine(text => parsePosition(text) !== undefined, 'an event id is <epoch>.<seq>, as an event carried it')
    .optional(),
});

/** The input of `live.presence`: the users whose presence is followed. A repeated id counts once. */
export const watchPresenceSchema = z.strictObject({
  user_ids: watchedIdsSchema,
});
