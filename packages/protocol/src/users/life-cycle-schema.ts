import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { MESSAGE_DELETION_MODES, PAIR_DELETION_MODES, USER_DELETION_MODES } from './life-cycle.js';
import { timeSchema, userIdSchema } from './user-fields-schema.js';

/** The ids of a life-cycle call. @param max how many. */
export function userIdsSchema(max: number = LIMITS.batchUsers) {
  return z
    .array(userIdSchema)
    .min(1)
    .max(max, `at most ${max} users in one call`)
    .refine(ids => new Set(ids).size === ids.length, 'names each user once');
}

const modes = {
  user: z.enum(USER_DELETION_MODES).default('soft'),
  messages: z.enum(MESSAGE_DELETION_MODES).optional(),
  conversations: z.enum(PAIR_DELETION_MODES).optional(),
  calls: z.enum(PAIR_DELETION_MODES).optional(),
  new_channel_owner_id: userIdSchema.optional(),
};

/**
 * What `deleteUsers` takes. A user who is deleted for good cannot leave messages or conversations behind, and only its
 * channels need another owner; every other combination is allowed.
 */
export const deleteUsersSchema = z
  .strictObject({ ids: userIdsSchema(), ...modes, created_by_id: userIdSchema.optional() })
  .check(({ value, issues }) => {
    const complain = (field: string, message: string) =>
      issues.push({ code: 'custom', path: [field], message, input: value });
    if (value.user === 'hard') {
      if (value.messages !== 'hard') complain('messages', 'user "hard" requires messages "hard"');
      if (value.conversations !== 'hard')
        complain('conversations', 'user "hard" requires conversations "hard"');
    } else if (value.new_channel_owner_id !== undefined) {
      complain('new_channel_owner_id', 'channels get another owner only with user "hard"');
    }
    if (value.new_channel_owner_id !== undefined && value.ids.includes(value.new_channel_owner_id)) {
      complain(
        'new_channel_owner_id',
        'the new owner of channels cannot be one of the users that are deleted',
      );
    }
  });

/** A checked deletion. */
export type ParsedDeleteUsers = z.output<typeof deleteUsersSchema>;

/** What `tokens.revoke` takes; the time comes out as epoch milliseconds. */
export const revokeTokensSchema = z.strictObject({
  ids: userIdsSchema().optional(),
  before: timeSchema.nullable(),
});
