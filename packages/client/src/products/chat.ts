import {
  type ActingUser,
  type ChangeMembersInput,
  type Channel,
  type ChannelInput,
  type CreateChannelInput,
  type DeleteMessageInput,
  type FlagMessageInput,
  LIMITS,
  type Message,
  type MessageContent,
  type MessageInput,
  type QueryChannelsAnswer,
  type QueryChannelsInput,
  type QueryFlagsAnswer,
  type QueryFlagsInput,
  type QueryMessagesAnswer,
  type QueryMessagesInput,
  type ReactionInput,
  type SendMessageInput,
  type UpdateMessageInput,
} from '@rollcall/protocol';
import { jsonObject } from '../check/json-kind.js';
import { optional } from '../check/kind.js';
import { flag, list, name, text, userId, whole } from '../check/kinds.js';
import { type ShapeOf, shape } from '../check/shape.js';
import type { MethodRows } from './product-methods.js';

/** Channels and their messages. Each answer contains the users as they are now. */
export interface Chat {
  /**
   * Creates a channel. Returns the existing one, unchanged, if there is one with this id, or a 1:1 channel of these
   * two.
   * @throws RollcallError `NOT_ALLOWED` for a channel of other people, and for two users of whom one has blocked the
   * other.
   */
  createChannel(input: CreateChannelInput): Promise<{ channel: Channel }>;

  /** Reads one channel. @throws RollcallError `NOT_FOUND` if it does not exist, or if this user may not see it. */
  getChannel(input: ChannelInput): Promise<{ channel: Channel }>;

  /** Finds one page of channels, newest first. A user finds those that it is a member of. */
  queryChannels(input?: QueryChannelsInput): Promise<QueryChannelsAnswer>;

  /** Adds members to a channel. For its owner and back ends. It is no error if somebody is a member already. */
  addMembers(input: ChangeMembersInput): Promise<{ channel: Channel }>;

  /**
   * Removes members. For the channel's owner, back ends, and a user who leaves. It is no error if somebody is no
   * member.
   */
  removeMembers(input: ChangeMembersInput): Promise<{ channel: Channel }>;

  /** Sends a message. A caller that gives it an id can repeat the call: the message is written once. */
  sendMessage(input: SendMessageInput): Promise<{ message: Message }>;

  /** Reads one message. @throws RollcallError `NOT_FOUND` if it does not exist, or if this user may not see it. */
  getMessage(input: MessageInput): Promise<{ message: Message }>;

  /** Changes a message. For its author and back ends. Fields that are not named stay. */
  updateMessage(input: UpdateMessageInput): Promise<{ message: Message }>;

  /** Deletes a message. For its author, the owner of the channel, and back ends. */
  deleteMessage(input: DeleteMessageInput): Promise<{ message: Message }>;

  /** Finds one page of the messages of a channel, newest first. */
  queryMessages(input: QueryMessagesInput): Promise<QueryMessagesAnswer>;

  /** Adds a reaction to a message. The same reaction again changes nothing. */
  addReaction(input: ReactionInput): Promise<{ message: Message }>;

  /** Removes a reaction. It is no error if the message does not have it. */
  removeReaction(input: ReactionInput): Promise<{ message: Message }>;

  /** Flags a message for moderators. */
  flagMessage(input: FlagMessageInput): Promise<{ message: Message }>;

  /** Removes a flag. */
  unflagMessage(input: Omit<FlagMessageInput, 'reason'>): Promise<{ message: Message }>;
}

/** Chat for back ends. */
export interface ServerChat extends Chat {
  /** Finds one page of flags, newest first. */
  queryFlags(input?: QueryFlagsInput): Promise<QueryFlagsAnswer>;
}

const ACTING: ShapeOf<ActingUser> = { user_id: optional(userId) };
const PAGE = { limit: optional(whole(1, LIMITS.pageContent)), next: optional(name) };
const CONTENT: ShapeOf<MessageContent> = {
  text: optional(text),
  attachments: optional(list(jsonObject, LIMITS.attachments)),
  custom: optional(jsonObject),
};
const CHANGE_MEMBERS = shape<ChangeMembersInput>({
  cid: name,
  members: list(userId, LIMITS.channelMembers),
  ...ACTING,
});
const MESSAGE_ID = { message_id: name, ...ACTING };
const REACTION = shape<ReactionInput>({ ...MESSAGE_ID, type: name });
const DELETED = { include_deleted: optional(flag), ...ACTING };

/** The methods of `Chat`. */
export const CHAT_METHODS: MethodRows<Chat> = {
  createChannel: [
    'mutate',
    shape<CreateChannelInput>({
      type: name,
      id: optional(name),
      members: optional(list(userId, LIMITS.channelMembers)),
      team: optional(name),
      custom: optional(jsonObject),
      ...ACTING,
    }),
  ],
  getChannel: ['query', shape<ChannelInput>({ cid: name, ...DELETED })],
  queryChannels: [
    'query',
    optional(
      shape<QueryChannelsInput>({
        member: optional(userId),
        type: optional(name),
        team: optional(name),
        owner_id: optional(userId),
        ...PAGE,
        ...ACTING,
      }),
    ),
  ],
  addMembers: ['mutate', CHANGE_MEMBERS],
  removeMembers: ['mutate', CHANGE_MEMBERS],
  sendMessage: [
    'mutate',
    shape<SendMessageInput>({
      cid: name,
      id: optional(name),
      parent_id: optional(name),
      ...CONTENT,
      ...ACTING,
    }),
  ],
  getMessage: ['query', shape<MessageInput>({ id: name, ...DELETED })],
  updateMessage: ['mutate', shape<UpdateMessageInput>({ id: name, ...CONTENT, ...ACTING })],
  deleteMessage: ['mutate', shape<DeleteMessageInput>({ id: name, hard: optional(flag), ...ACTING })],
  queryMessages: [
    'query',
    shape<QueryMessagesInput>({ cid: name, parent_id: optional(name), ...PAGE, ...DELETED }),
  ],
  addReaction: ['mutate', REACTION],
  removeReaction: ['mutate', REACTION],
  flagMessage: ['mutate', shape<FlagMessageInput>({ ...MESSAGE_ID, reason: optional(text) })],
  unflagMessage: ['mutate', shape<Omit<FlagMessageInput, 'reason'>>(MESSAGE_ID)],
};

/** The methods of `ServerChat`. */
export const SERVER_CHAT_METHODS: MethodRows<ServerChat> = {
  ...CHAT_METHODS,
  queryFlags: ['query', optional(shape<QueryFlagsInput>(PAGE))],
};
