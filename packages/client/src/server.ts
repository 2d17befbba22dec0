export {
  type ActingUser,
  type ActionCounts,
  type Activity,
  type ActOnUsersOptions,
  type Actor,
  type AddActivityInput,
  type AddCallMembersInput,
  type AppSettings,
  type AppUpdatedEvent,
  type Attachment,
  type Ban,
  type BanOptions,
  type Block,
  type Call,
  type CallMember,
  type Change,
  type ChangeMembersInput,
  type Changes,
  type Channel,
  type ChannelInput,
  type ChannelMember,
  type CountUsersAnswer,
  type CountUsersOptions,
  type CreateCallInput,
  type CreateChannelInput,
  type CreateWebhookAnswer,
  type CreateWebhookInput,
  type DeleteMessageInput,
  type DeleteUsersOptions,
  type DeletionPreview,
  type Device,
  type DeviceAsIsInput,
  type DeviceInput,
  type ErrorCode,
  type EventOfType,
  type EventType,
  type ExpectedUsers,
  type ExportFile,
  type Filter,
  type Flag,
  type FlagMessageInput,
  type Grant,
  type HardDeletion,
  type Issue,
  isEnded,
  type JsonObject,
  type JsonValue,
  type KeepingDeletion,
  type ListTasksAnswer,
  type ListTasksOptions,
  type ListWebhookDeliveriesAnswer,
  type Message,
  type MessageContent,
  type MessageInput,
  type OneCallInput,
  type Overview,
  type OverviewWarning,
  type PartialUserUpdate,
  type PresenceEvent,
  type QueryActivitiesAnswer,
  type QueryActivitiesInput,
  type QueryBannedAnswer,
  type QueryBannedInput,
  type QueryCallsAnswer,
  type QueryCallsInput,
  type QueryChannelsAnswer,
  type QueryChannelsInput,
  type QueryFlagsAnswer,
  type QueryFlagsInput,
  type QueryMessagesAnswer,
  type QueryMessagesInput,
  type QueryPath,
  type QueryUsersAnswer,
  type QueryUsersOptions,
  type ReactionInput,
  type RemoveActivityInput,
  type Role,
  type RoleEvent,
  RollcallError,
  type RollcallEvent,
  type RotateWebhookSecretAnswer,
  type SendMessageInput,
  type SortKey,
  type TakePartInCallInput,
  type Task,
  type TaskEvent,
  type TaskResult,
  type TaskStatus,
  type TaskType,
  type UpdateMessageInput,
  type UpdatePath,
  type UpdateValues,
  type UpsertUserInput,
  type User,
  type UserAction,
  type UserActionType,
  type UserAsIsInput,
  type UserEvent,
  type UserExport,
  type UserOutcome,
  type UsersAnswer,
  type WebhookAttempt,
  type WebhookDelivery,
  type WebhookDeliveryStatus,
  type WebhookDisabledReason,
  type WebhookEndpoint,
  type WebhookEvent,
  type WriteCounts,
} from '@rollcall/protocol';
export type { CreateServerTokenOptions, CreateTokenOptions } from './access/signed-tokens.js';
export { createServerClient, type ServerClientOptions } from './create-server-client.js';
export type { AnyItem, EventName, Handler, HandlerSubscription, ItemOfName } from './events/handlers.js';
export type {
  EventStream,
  PresenceStream,
  WatchEventsOptions,
  WatchPresenceOptions,
} from './events/live-streams.js';
export type { Imports, SyncAsIsOptions, SyncUsersOptions } from './import/import-methods.js';
export type {
  AsIsSource,
  ImportAsIsOptions,
  ImportFailure,
  ImportOptions,
  ImportProgress,
  ImportResult,
  ImportUsersOptions,
  UserAsIs,
  UserSource,
} from './import/import-users.js';
export type { MaxMissing } from './import/max-missing.js';
export type { SyncOptions, SyncResult } from './import/sync-users.js';
export type { Chat, ServerChat } from './products/chat.js';
export type { Feeds } from './products/feeds.js';
export type { Video } from './products/video.js';
export type { ServerClient } from './server-client.js';
export type { Subscription } from './subscription.js';
export type { WatchTaskOptions } from './tasks/tasks.js';
export { toRollcallError } from './to-rollcall-error.js';
export type { Connection, ConnectionState, Waiting } from './transport/connection-state.js';
export type { ResyncNotice, StreamItem } from './transport/live-source.js';
export type { TransportChoice as Transport } from './transport/subscription-transport.js';
export type { Api, ClientOptions } from './transport/transport.js';
export type { ServerBlocks } from './users/blocks.js';
export type { ServerDevices } from './users/devices.js';
export type {
  DeactivateOptions,
  LifeCycleOptions,
  ReactivateUserOptions,
  ReactivateUsersOptions,
  RestoreUsersOptions,
} from './users/life-cycle.js';
export type { Moderation } from './users/moderation.js';
export type { ActionOf, ActionPreviewOf, UserActions } from './users/user-actions.js';
export type { AllUsersOptions, UsersPageOptions } from './users/users.js';
export type { ListWebhookDeliveriesOptions, WebhookChanges, Webhooks } from './webhooks/webhooks.js';
