import type {
  ChangeMembersInput,
  Channel,
  ChannelInput,
  CreateChannelInput,
  DeleteMessageInput,
  FlagMessageInput,
  Message,
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
} from '@rollcall/protocol';
import type { MethodKinds } from './product-methods.js';

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

  /** Removes a reaction. It is no error if there is none. */
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

/** The methods of `Chat`. */
export const CHAT_METHODS: MethodKinds<Chat> = {
  createChannel: 'mutate',
  getChannel: 'query',
  queryChannels: 'query',
  addMembers: 'mutate',
  removeMembers: 'mutate',
  sendMessage: 'mutate',
  getMessage: 'query',
  updateMessage: 'mutate',
  deleteMessage: 'mutate',
  queryMessages: 'query',
  addReaction: 'mutate',
  removeReaction: 'mutate',
  flagMessage: 'mutate',
  unflagMessage: 'mutate',
};

/** The methods of `ServerChat`. */
export const SERVER_CHAT_METHODS: MethodKinds<ServerChat> = { ...CHAT_METHODS, queryFlags: 'query' };
