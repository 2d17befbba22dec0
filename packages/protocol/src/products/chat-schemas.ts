import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { cursorSchema } from '../query/query-users-schema.js';
import { userIdSchema } from '../users/user-fields-schema.js';
import {
  cidSchema,
  contentCustomSchema,
  contentIdSchema,
  contentObjectSchema,
  contentTextSchema,
  contentTypeSchema,
} from './content-schemas.js';

const actingUser = { user_id: userIdSchema.optional() };
const page = {
  limit: z.number().int().min(1).max(LIMITS.pageContent).default(LIMITS.pageContentDefault),
  next: cursorSchema.optional(),
};
const content = {
  text: contentTextSchema(LIMITS.messageTextLength).optional(),
  attachments: z.array(contentObjectSchema).max(LIMITS.attachments).optional(),
  custom: contentCustomSchema.optional(),
};
const memberList = z
  .array(userIdSchema)
  .max(LIMITS.channelMembers)
  .refine(ids => new Set(ids).size === ids.length, 'must name each user at most once');
const teamSchema = contentTextSchema(LIMITS.teamLength).min(1, 'the name of a team must not be empty');
const reactionTypeSchema = z
  .string()
  .regex(
    new RegExp(`^[A-Za-z0-9_+-]{1,${LIMITS.reactionLength}}$`),
    `a reaction is 1–${LIMITS.reactionLength} characters of A-Z a-z 0-9 _ + -`,
  );

/** The input of `createChannel`. */
export const createChannelSchema = z.strictObject({
  type: contentTypeSchema,
  id: contentIdSchema.optional(),
  members: memberList.optional(),
  team: teamSchema.optional(),
  custom: contentCustomSchema.optional(),
  ...actingUser,
});

/** The input of `getChannel`. */
export const channelSchema = z.strictObject({
  cid: cidSchema,
  include_deleted: z.boolean().default(false),
  ...actingUser,
});

/** The input of `queryChannels`. */
export const queryChannelsSchema = z.strictObject({
  member: userIdSchema.optional(),
  type: contentTypeSchema.optional(),
  team: teamSchema.optional(),
  owner_id: userIdSchema.optional(),
  ...page,
  ...actingUser,
});

/** The input of `addMembers` and `removeMembers`. */
export const changeMembersSchema = z.strictObject({
  cid: cidSchema,
  members: memberList.min(1, 'must name at least one user'),
  ...actingUser,
});

/** The input of `sendMessage`. */
export const sendMessageSchema = z.strictObject({
  cid: cidSchema,
  id: contentIdSchema.optional(),
  parent_id: contentIdSchema.optional(),
  ...content,
  ...actingUser,
});

/** The input of `updateMessage`. */
export const updateMessageSchema = z.strictObject({ id: contentIdSchema, ...content, ...actingUser });

/** The input of `deleteMessage`. */
export const deleteMessageSchema = z.strictObject({
  id: contentIdSchema,
  hard: z.boolean().default(false),
  ...actingUser,
});

/** The input of `getMessage`. */
export const messageSchema = z.strictObject({
  id: contentIdSchema,
  include_deleted: z.boolean().default(false),
  ...actingUser,
});

/** The input of `queryMessages`. */
export const queryMessagesSchema = z.strictObject({
  cid: cidSchema,
  parent_id: contentIdSchema.optional(),
  include_deleted: z.boolean().default(false),
  ...page,
  ...actingUser,
});

/** The input of `addReaction` and `removeReaction`. */
export const reactionSchema = z.strictObject({
  message_id: contentIdSchema,
  type: reactionTypeSchema,
  ...actingUser,
});

/** The input of `flagMessage`. */
export const flagMessageSchema = z.strictObject({
  message_id: contentIdSchema,
  reason: contentTextSchema(LIMITS.flagReasonLength).optional(),
  ...actingUser,
});

/** The input of `unflagMessage`. */
export const unflagMessageSchema = z.strictObject({ message_id: contentIdSchema, ...actingUser });

/** The input of `queryFlags`. */
export const queryFlagsSchema = z.strictObject(page);
