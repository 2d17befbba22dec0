import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { cursorSchema } from '../query/query-users-schema.js';
import { userIdSchema } from '../users/user-fields-schema.js';

/** The input of `users.history`. */
export const userHistorySchema = z.strictObject({
  user_id: userIdSchema,
  by: z.boolean().default(false),
  limit: z.number().int().min(1).max(LIMITS.pageHistory).default(LIMITS.pageHistoryDefault),
  next: cursorSchema.optional(),
});

/** The parsed input of `users.history`. */
export type ParsedUserHistory = z.output<typeof userHistorySchema>;
