import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { cursorSchema } from '../query/query-users-schema.js';
import { userIdSchema } from '../users/user-fields-schema.js';
import { cidSchema, contentCustomSchema, contentIdSchema, contentTypeSchema } from './content-schemas.js';

const membersSchema = z
  .array(userIdSchema)
  .max(LIMITS.callMembers, `must name at most ${LIMITS.callMembers} users`)
  .refine(ids => new Set(ids).size === ids.length, 'must name each user at most once');

/** The input of `createCall`. */
export const createCallSchema = z.strictObject({
  type: contentTypeSchema,
  id: contentIdSchema.optional(),
  members: membersSchema.default([]),
  custom: contentCustomSchema.default({}),
  user_id: userIdSchema.optional(),
});

/** The parsed input of `createCall`. */
export type ParsedCreateCall = z.output<typeof createCallSchema>;

/** The input of `getCall` and `endCall`. */
export const oneCallSchema = z.strictObject({ cid: cidSchema });

/** The input of `joinCall` and `leaveCall`. */
export const takePartInCallSchema = oneCallSchema.extend({ user_id: userIdSchema.optional() });

/** The input of `addCallMembers`. */
export const addCallMembersSchema = oneCallSchema.extend({
  members: membersSchema.min(1, 'must name at least one user'),
});

/** The input of `queryCalls`. */
export const queryCallsSchema = z.strictObject({
  member: userIdSchema.optional(),
  type: contentTypeSchema.optional(),
  ended: z.boolean().optional(),
  limit: z.number().int().min(1).max(LIMITS.pageContent).default(LIMITS.pageContentDefault),
  next: cursorSchema.optional(),
});

/** The parsed input of `queryCalls`. */
export type ParsedQueryCalls = z.output<typeof queryCallsSchema>;
