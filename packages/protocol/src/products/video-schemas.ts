import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { cursorSchema } from '../queries/query-options-schema.js';
import { userIdSchema } from '../users/user-fields-schema.js';
import { contentCustomSchema } from './content-custom-schema.js';

const PART = `[A-Za-z0-9_-]{1,${LIMITS.callIdLength}}`;

const callPartSchema = z
  .string()
  .regex(
    new RegExp(`^${PART}$`),
    `the type or id of a call is 1–${LIMITS.callIdLength} characters of A-Z a-z 0-9 _ -`,
  );

const cidSchema = z
  .string()
  .regex(new RegExp(`^${PART}:${PART}$`), 'a call is named <type>:<id>, such as "audio:standup"');

const membersSchema = z
  .array(userIdSchema)
  .max(LIMITS.callMembers, `names at most ${LIMITS.callMembers} users`)
  .refine(ids => new Set(ids).size === ids.length, 'names each user once');

/** The input of `createCall`. */
export const createCallSchema = z.strictObject({
  type: callPartSchema,
  id: callPartSchema.optional(),
  members: membersSchema.default([]),
  custom: contentCustomSchema.default({}),
  user_id: userIdSchema.optional(),
});

/** The input of `createCall`, checked. */
export type ParsedCreateCall = z.output<typeof createCallSchema>;

/** The input of `getCall` and `endCall`. */
export const oneCallSchema = z.strictObject({ cid: cidSchema });

/** The input of `joinCall` and `leaveCall`. */
export const takePartInCallSchema = oneCallSchema.extend({ user_id: userIdSchema.optional() });

/** The input of `addCallMembers`. */
export const addCallMembersSchema = oneCallSchema.extend({
  members: membersSchema.min(1, 'names at least one user'),
});

/** The input of `queryCalls`. */
export const queryCallsSchema = z.strictObject({
  member: userIdSchema.optional(),
  type: callPartSchema.optional(),
  ended: z.boolean().optional(),
  limit: z.number().int().min(1).max(LIMITS.pageCalls).default(LIMITS.pageCallsDefault),
  next: cursorSchema.optional(),
});

/** The input of `queryCalls`, checked. */
export type ParsedQueryCalls = z.output<typeof queryCallsSchema>;
