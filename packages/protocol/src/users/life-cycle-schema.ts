import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { MESSAGE_DELETION_MODES, PAIR_DELETION_MODES, USER_DELETION_MODES } from './life-cycle.js';
import { timeSchema, userIdSchema } from './user-fields-schema.js';

/** The ids of a life-cycle call. @param max the most ids that the call takes. */
export function userIdsSchema(max: number = LIMITS.batchUsers) {
  return z
    .array(userIdSchema)
    .min(1)
    .max(max, `one call takes at most ${max} users`)
    .refine(ids => new Set(ids).size === ids.length, 'must name each user at most once');
}

/** How users are deleted. */
export const DELETION_SHAPE = {
  user: z.enum(USER_DELETION_MODES).default('soft'),
  messages: z.enum(MESSAGE_DELETION_MODES).optional(),
  conversations: z.enum(PAIR_DELETION_MODES).optional(),
  calls: z.enum(PAIR_DELETION_MODES).optional(),
  new_channel_owner_id: userIdSchema.optional(),
};

type DeletionShape = z.output<z.ZodObject<typeof DELETION_SHAPE>>;

function complainIn(issues: z.core.$ZodRawIssue[], input: unknown): (field: string, message: string) => void {
  return (field, message) => issues.push({ code: 'custom', path: [field], message, input });
}

/** Checks which modes go together. */
export function checkDeletionModes({ value, issues }: z.core.ParsePayload<DeletionShape>): void {
  const complain = complainIn(issues, value);
  if (value.user === 'hard') {
    if (value.messages !== 'hard') complain('messages', 'user "hard" requires messages "hard"');
    if (value.conversations !== 'hard')
      complain('conversations', 'user "hard" requires conversations "hard"');
  } else if (value.new_channel_owner_id !== undefined) {
    complain('new_channel_owner_id', 'channels get a new owner only with user "hard"');
  }
}

/**
 * The input of `deleteUsers`. A hard-deleted user cannot leave messages or conversations behind, and only its channels
 * need a new owner. Every other combination is allowed.
 */
export const deleteUsersSchema = z
  .strictObject({ ids: userIdsSchema(), ...DELETION_SHAPE, created_by_id: userIdSchema.optional() })
  .check(context => {
    checkDeletionModes(context);
    const { value, issues } = context;
    const complain = complainIn(issues, value);
    if (value.new_channel_owner_id !== undefined && value.ids.includes(value.new_channel_owner_id)) {
      complain('new_channel_owner_id', 'the new owner of the channels cannot be one of the deleted users');
    }
  });

/** The parsed input of `deleteUsers`. */
export type ParsedDeleteUsers = z.output<typeof deleteUsersSchema>;

/** The input of `tokens.revoke`. It turns the time into epoch milliseconds. */
export const revokeTokensSchema = z.strictObject({
  ids: userIdsSchema().optional(),
  before: timeSchema.nullable(),
});
