import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { userIdSchema } from '../users/user-fields-schema.js';

/** The input of `live.presence`: whose coming and going is followed. An id may stand in it twice and counts once. */
export const watchPresenceSchema = z.strictObject({
  user_ids: z.array(userIdSchema).max(LIMITS.watchedUsersPerConnection),
});
