import { z } from 'zod';
import { userIdSchema } from '../users/user-fields-schema.js';

/** The input of `blocks.block` and `blocks.unblock`. */
export const blockUserSchema = z.strictObject({ id: userIdSchema, user_id: userIdSchema.optional() });

/** The input of `blocks.list`. */
export const listBlocksSchema = z.strictObject({ user_id: userIdSchema.optional() }).default({});
