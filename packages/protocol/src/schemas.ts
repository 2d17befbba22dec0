/*
 * The checks of everything that comes in. `xSchema` or `parseX` checks an input; the checked value is a `ParsedX`. A parse
 * that collects everything that is wrong answers with a `ParseResult`: the value, or the issues. This entry needs zod, so
 * it stands apart from the one that browsers load.
 */
export { blockUserSchema, listBlocksSchema, type ParsedListBlocks } from './blocks/blocks-schemas.js';
export { addDeviceSchema, listDevicesSchema, removeDeviceSchema } from './devices/devices-schemas.js';
export { watchEventsSchema, watchPresenceSchema } from './events/live-schemas.js';
export { type ParsedUserHistory, userHistorySchema } from './history/history-schema.js';
export {
  banUserSchema,
  type ParsedBanUser,
  type ParsedQueryBanned,
  type ParsedShadowBan,
  queryBannedSchema,
  shadowBanSchema,
} from './moderation/moderation-schemas.js';
export {
  changeMembersSchema,
  channelSchema,
  createChannelSchema,
  deleteMessageSchema,
  flagMessageSchema,
  messageSchema,
  queryChannelsSchema,
  queryFlagsSchema,
  queryMessagesSchema,
  reactionSchema,
  sendMessageSchema,
  unflagMessageSchema,
  updateMessageSchema,
} from './products/chat-schemas.js';
export {
  addActivitySchema,
  type ParsedAddActivity,
  type ParsedQueryActivities,
  queryActivitiesSchema,
  removeActivitySchema,
} from './products/feeds-schemas.js';
export {
  addCallMembersSchema,
  createCallSchema,
  oneCallSchema,
  type ParsedCreateCall,
  type ParsedQueryCalls,
  queryCallsSchema,
  takePartInCallSchema,
} from './products/video-schemas.js';
export {
  countUsersOptionsSchema,
  cursorSchema,
  type ParsedCountUsersOptions,
  type ParsedFoundUsersOptions,
  type ParsedQueryUsersOptions,
  queryUsersOptionsSchema,
} from './query/query-users-schema.js';
export { appSettingsUpdateSchema } from './settings/app-settings-schema.js';
export { listTasksOptionsSchema, taskIdSchema } from './tasks/task-schema.js';
export type { AsIsFields } from './users/as-is-schema.js';
export {
  deleteUsersSchema,
  type ParsedDeleteUsers,
  revokeTokensSchema,
  userIdsSchema,
} from './users/life-cycle-schema.js';
export { type ParsedPartialUpdate, parsePartialUpdate, type Target } from './users/parse-partial-update.js';
export { parseUserAsIs } from './users/parse-user-as-is.js';
export { type ParsedUserInput, type ParseResult, parseUserInput } from './users/parse-user-input.js';
export {
  actOnUsersOptionsSchema,
  type ParsedActOnUsersOptions,
  type ParsedUserAction,
  userActionSchema,
} from './users/user-action-schema.js';
export {
  type FieldValues,
  ownUserIdSchema,
  roleNameSchema,
  timeSchema,
  userFieldSchemas,
  userIdSchema,
} from './users/user-fields-schema.js';
export {
  createWebhookSchema,
  listWebhookDeliveriesSchema,
  oneDeliverySchema,
  oneWebhookSchema,
  type ParsedCreateWebhook,
  type ParsedListWebhookDeliveries,
  type ParsedUpdateWebhook,
  replayWebhookSchema,
  updateWebhookSchema,
} from './webhooks/webhook-schemas.js';
export { checkBySchema } from './words/check-by-schema.js';
export { placeOf, problemsIn } from './words/input-words.js';
