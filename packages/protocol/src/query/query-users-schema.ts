import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { timeSchema, userIdSchema } from '../users/user-fields-schema.js';

/**
 * A cursor as a client passes it back. The code that made it checks its content. The longest cursor holds five texts
 * of 1,024 characters that JSON has to escape.
 */
export const cursorSchema = z.string().min(1).max(49_152);

/** Which users of those that a filter matches. */
export const foundUsersShape = {
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
};

/** Which users of those that a filter matches, parsed. */
export type ParsedFoundUsersOptions = z.output<z.ZodObject<typeof foundUsersShape>>;

/** The options of `queryUsers`. */
export const queryUsersOptionsSchema = z
  .strictObject({
    limit: z.number().int().min(1).max(LIMITS.pageUsers).default(LIMITS.pageUsersDefault),
    offset: z.number().int().min(0).max(LIMITS.offset).optional(),
    next: cursorSchema.optional(),
    ...foundUsersShape,
    watch: z.boolean().default(false),
    presence: z.boolean().default(false),
  })
  .refine(options => options.offset === undefined || options.next === undefined, {
    path: ['offset'],
    message: 'pass either offset or next, not both',
  });

/** The parsed options of `queryUsers`. */
export type ParsedQueryUsersOptions = z.output<typeof queryUsersOptionsSchema>;

/** The options of `countUsers`. */
export const countUsersOptionsSchema = z.strictObject({
  up_to: z.number().int().min(1).max(LIMITS.serverCountUpTo).default(LIMITS.countUpTo),
  ...foundUsersShape,
});

/** The parsed options of `countUsers`. */
export type ParsedCountUsersOptions = z.output<typeof countUsersOptionsSchema>;
