export {
  BUILT_IN_ROLES,
  DEFAULT_GRANTS,
  GRANT_MEANINGS,
  GRANTS,
  type Grant,
  type Role,
} from './access/roles.js';
export {
  ANONYMOUS_TOKEN,
  type GuestAnswer,
  type GuestInput,
  type RevokeTokensInput,
  type TokenClaims,
} from './access/tokens.js';
export type { Block, BlockUserInput, ListBlocksAnswer, ListBlocksInput } from './blocks/blocks.js';
export { type BudgetLimits, CALLER_BUDGETS } from './caller-budgets.js';
export { CLOSE_CODES, type CloseCode, FATAL_CLOSE_CODES } from './close-codes.js';
export {
  type AddDeviceInput,
  type DeviceInput,
  type DevicesAnswer,
  type ListDevicesInput,
  PUSH_PROVIDERS,
  type RemoveDeviceInput,
} from './devices/devices.js';
export { ERROR_CODES, type ErrorCode } from './errors/error-codes.js';
export { ERROR_MEANINGS } from './errors/error-meanings.js';
export { FirstFound } from './errors/first-found.js';
export { type ErrorData, type Issue, RollcallError } from './errors/rollcall-error.js';
export type { Actor } from './events/actor.js';
export type {
  AppUpdatedEvent,
  CallEvent,
  CallReference,
  Change,
  Changes,
  ChannelEvent,
  ChannelReference,
  EventOfType,
  PresenceEvent,
  RoleEvent,
  RollcallEvent,
  TaskEvent,
  UserEvent,
  WebhookEvent,
} from './events/event.js';
export {
  type CallEventType,
  type ChannelEventType,
  type DurableEventType,
  EVENT_CATALOGUE,
  type EventRule,
  type EventType,
  eventRule,
  type TaskEventType,
  USER_IDS_IN_EVENTS,
  type UserEventType,
} from './events/event-catalogue.js';
export {
  type EventPage,
  formatPosition,
  type Position,
  parsePosition,
  type WatchEventsInput,
} from './events/live.js';
export { numberProblem, parseHeldJson, unheldNumber } from './held-numbers.js';
export type { UserHistoryAnswer, UserHistoryInput } from './history/history.js';
export type { JsonObject, JsonValue } from './json.js';
export { LIMITS } from './limits.js';
export type {
  Ban,
  BanOptions,
  BanUserInput,
  QueryBannedAnswer,
  QueryBannedInput,
  ShadowBanInput,
} from './moderation/moderation.js';
export {
  type CreatedOnDay,
  OVERVIEW_WARNINGS,
  type Overview,
  type OverviewWarning,
  type OverviewWarningCode,
  type ProcessRates,
} from './overview/overview.js';
export type {
  ActingUser,
  Attachment,
  ChangeMembersInput,
  Channel,
  ChannelInput,
  ChannelMember,
  CreateChannelInput,
  DeleteMessageInput,
  Flag,
  FlagMessageInput,
  Message,
  MessageContent,
  MessageInput,
  QueryChannelsAnswer,
  QueryChannelsInput,
  QueryFlagsAnswer,
  QueryFlagsInput,
  QueryMessagesAnswer,
  QueryMessagesInput,
  ReactionInput,
  SendMessageInput,
  UpdateMessageInput,
} from './products/chat.js';
export type {
  Activity,
  AddActivityInput,
  QueryActivitiesAnswer,
  QueryActivitiesInput,
  RemoveActivityInput,
} from './products/feeds.js';
export type {
  AddCallMembersInput,
  Call,
  CallMember,
  CreateCallInput,
  OneCallInput,
  QueryCallsAnswer,
  QueryCallsInput,
  TakePartInCallInput,
} from './products/video.js';
export type { FieldFilter, Filter, FilterValue } from './query/filter.js';
export { parseFieldReference, parseFilter, type QueryRights } from './query/parse-filter.js';
export { type ParsedSortKey, parseSort } from './query/parse-sort.js';
export {
  type AutocompleteField,
  FILTER_OPERATORS,
  type FilterOperator,
  LOGICAL_OPERATORS,
  type LogicalOperator,
  QUERY_FIELDS,
  type QueryField,
} from './query/query-fields.js';
export type {
  Comparison,
  CountUsersAnswer,
  CountUsersOptions,
  FieldReference,
  FoundUsersOptions,
  ParsedFilter,
  QueryPath,
  QueryUsersAnswer,
  QueryUsersOptions,
  SortKey,
} from './query/query-users.js';
export { refuseUndefinedOperands } from './query/undefined-operand.js';
export {
  type AppSettings,
  type AppSettingsUpdate,
  USERNAME_SCOPES,
  type UsernameScope,
} from './settings/app-settings.js';
export { APP_SETTINGS, type AppSettingRule, DEFAULT_APP_SETTINGS } from './settings/app-settings-table.js';
export {
  type ActionCounts,
  type ExportFile,
  isEnded,
  type ListTasksAnswer,
  type ListTasksOptions,
  TASK_STATUSES,
  TASK_TYPES,
  type Task,
  type TaskResult,
  type TaskStatus,
  type TaskType,
  type UserOutcome,
} from './tasks/task.js';
export {
  type CustomProblem,
  checkCustom,
  customSizeProblem,
  fieldNameProblem,
  jsonBytes,
  splitPath,
} from './users/custom-data.js';
export {
  type ContentModes,
  type DeleteUsersOptions,
  type DeletionModes,
  type DeletionPreview,
  type HardDeletion,
  type KeepingDeletion,
  MESSAGE_DELETION_MODES,
  PAIR_DELETION_MODES,
  USER_DELETION_MODES,
  type UserDeletionMode,
  type UserExport,
} from './users/life-cycle.js';
export type { PartialUserUpdate, UpdatePath, UpdateValues } from './users/partial-user-update.js';
export { privatePathMetBy } from './users/private-paths.js';
export { isSystemId, isTombstone } from './users/system-ids.js';
export { isInvisible, searchText, searchWords } from './users/text.js';
export { looksLikeSeconds, SECONDS_PROBLEM } from './users/time.js';
export {
  type ActionPreview,
  type ActOnUsersOptions,
  type ExpectedUsers,
  USER_ACTION_TYPES,
  type UserAction,
  type UserActionType,
} from './users/user-action.js';
export {
  type Device,
  isUserField,
  isWritableField,
  type PrivacySettings,
  type PushNotifications,
  type QueryFieldKind,
  type Time,
  type TimeInput,
  USER_FIELD_NAMES,
  USER_FIELDS,
  type User,
  type UserField,
  type UserFieldKind,
  type UserFieldRule,
  type UserFieldsWith,
  type WritableField,
} from './users/user-fields.js';
export { isUserId, USER_ID_RULE } from './users/user-id.js';
export type {
  DeviceAsIsInput,
  PushNotificationsInput,
  UpsertUserInput,
  UpsertUsersInput,
  UserAsIsInput,
  UserFieldsInput,
  UserInput,
  UsersAnswer,
  WriteCounts,
} from './users/user-input.js';
export {
  type CreateWebhookAnswer,
  type CreateWebhookInput,
  type ListWebhookDeliveriesAnswer,
  type ListWebhookDeliveriesInput,
  type ReplayWebhookInput,
  type RotateWebhookSecretAnswer,
  type UpdateWebhookInput,
  WEBHOOK_DELIVERY_STATUSES,
  WEBHOOK_DISABLED_REASONS,
  type WebhookAttempt,
  type WebhookDelivery,
  type WebhookDeliveryStatus,
  type WebhookDisabledReason,
  type WebhookEndpoint,
} from './webhooks/webhooks.js';
export { described, isThenable, unknownName } from './words/described.js';
export { nearestName } from './words/nearest-name.js';
