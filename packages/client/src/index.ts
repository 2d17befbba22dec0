export {
  type ActingUser,
  type Activity,
  type Actor,
  type AddActivityInput,
  type AddCallMembersInput,
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
  type DeleteMessageInput,
  type Device,
  type DeviceInput,
  type ErrorCode,
  type EventOfType,
  type EventType,
  type Filter,
  type FlagMessageInput,
  type Issue,
  type JsonObject,
  type JsonValue,
  type Message,
  type MessageContent,
  type MessageInput,
  type OneCallInput,
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
  type QueryMessagesAnswer,
  type QueryMessagesInput,
  type QueryPath,
  type QueryUsersAnswer,
  type QueryUsersOptions,
  type ReactionInput,
  type RemoveActivityInput,
  RollcallError,
  type RollcallEvent,
  type SendMessageInput,
  type SortKey,
  type TakePartInCallInput,
  type UpdateMessageInput,
  type UpdatePath,
  type UpdateValues,
  type User,
  type UserEvent,
  type UserInput,
  type UsersAnswer,
} from '@rollcall/protocol';
export type { TokenOrProvider } from './access/token-source.js';
export type { Client } from './client.js';
export { createClient } from './create-client.js';
export type { AnyItem, EventName, Handler, ItemOfName } from './events/handlers.js';
export type { EventStream, WatchEventsOptions } from './events/live-streams.js';
export type { Chat } from './products/chat.js';
export type { Feeds } from './products/feeds.js';
export type { Video } from './products/video.js';
export type { ConnectOptions } from './session.js';
export type { Subscription } from './subscription.js';
export type { Connection, ConnectionState, Waiting } from './transport/connection-state.js';
export type { ResyncNotice, StreamItem } from './transport/live-source.js';
export type { TransportChoice as Transport } from './transport/subscription-transport.js';
export type { Api, ClientOptions } from './transport/transport.js';
export type { Blocks } from './users/blocks.js';
export type { Devices } from './users/devices.js';
export type { Moderation } from './users/moderation.js';
export type { AllUsersOptions } from './users/users.js';
