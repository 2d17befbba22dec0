import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { contentTextSchema } from '../products/content-schemas.js';
import { cursorSchema } from '../query/query-users-schema.js';
import { timeSchema, userIdSchema } from '../users/user-fields-schema.js';

/** What every ban takes. */
export const BAN_SHAPE = {
  id: userIdSchema,
  reason: contentTextSchema(LIMITS.banReasonLength)
    .min(1, 'a reason must have at least one character')
    .optional(),
  timeout: z.number().int().min(1).max(LIMITS.banMinutes).optional(),
  expires_at: timeSchema.optional(),
  banned_by_id: userIdSchema.optional(),
};

/** What is wrong with a ban of which {@link hasOneEnd} is false. */
export const ONE_END = {
  path: ['expires_at'],
  message: 'pass either timeout or expires_at, not both: each says when the ban ends',
};

/** Whether a ban says at most once when it ends. */
export function hasOneEnd({ timeout, expires_at }: { timeout?: number; expires_at?: number }): boolean {
  return timeout === undefined || expires_at === undefined;
}

/** The input of `moderation.ban`. */
export const banUserSchema = z
  .strictObject({ ...BAN_SHAPE, shadow: z.boolean().default(false) })
  .refine(hasOneEnd, ONE_END);

/** The input of `moderation.shadowBan`. */
export const shadowBanSchema = z.strictObject(BAN_SHAPE).refine(hasOneEnd, ONE_END);

/** The input of `moderation.queryBanned`. */
export const queryBannedSchema = z.strictObject({
  limit: z.number().int().min(1).max(LIMITS.pageContent).default(LIMITS.pageContentDefault),
  next: cursorSchema.optional(),
});

/** The parsed input of `moderation.ban`. */
export type ParsedBanUser = z.output<typeof banUserSchema>;

/** The parsed input of `moderation.shadowBan`. */
export type ParsedShadowBan = z.output<typeof shadowBanSchema>;

/** The parsed input of `moderation.queryBanned`. */
export type ParsedQueryBanned = z.output<typeof queryBannedSchema>;
