import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { timeSchema, userIdSchema } from '../users/user-fields-schema.js';

/**
 * A cursor as it comes back from a client; what it holds is checked where it was made. The longest holds five texts that
 * JSON has to escape, and has still room in a URL.
 */
export const cursorSchema = z.string().min(1).max(12_288);

/** The options of `queryUsers`. */
export const queryUsersOptionsSchema = z
  .strictObject({
    limit: z.number().int().min(1).max(LIMITS.pageUsers).default(LIMITS.pageUsersDefault),
    offset: z.number().int().min(0).max(LIMITS.offset).optional(),
    next: cursorSchema.optional(),
    id_gt: userIdSchema.optional(),
    id_gte: userIdSchema.optional(),
    id_lt: userIdSchema.optional(),
    id_lte: userIdSchema.optional(),
    created_at_after: timeSchema.optional(),
    created_at_after_or_equal: timeSchema.optional(),
    created_at_before: timeSchema.optional(),
    created_at_before_or_equal: timeSchema.optional(),
    include_deactivated_users: z.boolean().default(false),
    include_deleted_users: z.boolean().default(false),
    watch: z.boolean().default(false),
    presence: z.boolean().default(false),
  })
  .refine(options => options.offset === undefined || options.next === undefined, {
    path: ['offset'],
    message: 'offset and next exclude each other',
  });

/** The checked options of `queryUsers`. */
export type ParsedQueryUsersOptions = z.output<typeof queryUsersOptionsSchema>;
