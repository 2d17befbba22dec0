import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { BAN_SHAPE, hasOneEnd, ONE_END } from '../moderation/moderation-schemas.js';
import { foundUsersShape } from '../query/query-users-schema.js';
import { checkDeletionModes, DELETION_SHAPE } from './life-cycle-schema.js';
import { recordSchema } from './record-schema.js';
import { timeSchema, userIdSchema } from './user-fields-schema.js';

const { id: _id, ...banShape } = BAN_SHAPE;

/** Something that is done to many users. Of `set`, `parsePartialUpdate` checks the paths and the values. */
export const userActionSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('deactivate'), mark_messages_deleted: z.boolean().default(false) }),
  z.strictObject({ type: z.literal('reactivate'), restore_messages: z.boolean().default(false) }),
  z.strictObject({ type: z.literal('delete'), ...DELETION_SHAPE }).check(checkDeletionModes),
  z
    .strictObject({ type: z.literal('ban'), ...banShape, shadow: z.boolean().default(false) })
    .refine(hasOneEnd, ONE_END),
  z.strictObject({ type: z.literal('unban'), shadow: z.boolean().default(false) }),
  z.strictObject({
    type: z.literal('set'),
    set: recordSchema(z.string(), z.unknown()).optional(),
    unset: z.array(z.string()).max(LIMITS.updatePaths).optional(),
  }),
  z.strictObject({ type: z.literal('export') }),
  z.strictObject({ type: z.literal('revoke_tokens'), before: timeSchema.nullable().optional() }),
]);

/** Something that is done to many users, parsed: times are epoch milliseconds. */
export type ParsedUserAction = z.output<typeof userActionSchema>;

const expectedUsersSchema = z.strictObject({
  count: z.number().int().min(0),
  more: z.boolean().optional(),
});

/** The options of `previewActOnUsers`. */
export const actOnUsersOptionsSchema = z.strictObject({
  ...foundUsersShape,
  expected: expectedUsersSchema.optional(),
  max: z.number().int().min(0).max(LIMITS.actionUsers).optional(),
  created_by_id: userIdSchema.optional(),
});

/** The parsed options of `actOnUsers`. */
export type ParsedActOnUsersOptions = z.output<typeof actOnUsersOptionsSchema>;
