import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { cursorSchema } from '../query/query-users-schema.js';
import { userIdSchema } from '../users/user-fields-schema.js';

/** The input of `blocks.block` and `blocks.unblock`. */
export const blockUserSchema = z.strictObject({ id: userIdSchema, user_id: userIdSchema.optional() });

/** The input of `blocks.list`. A caller that knows of no pages gets as many as one page may have. */
export const listBlocksSchema = z
  .strictObject({
    user_id: userIdSchema.optional(),
    limit: z.number().int().min(1).max(LIMITS.pageContent).default(LIMITS.pageContent),
    next: cursorSchema.optional(),
  })
  .prefault({});

/** The parsed input of `blocks.list`. */
export type ParsedListBlocks = z.output<typeof listBlocksSchema>;
