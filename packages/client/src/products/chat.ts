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

/** Channels and their messages. Each answer carries the users as they are now. */
export interface Chat {
  /**
   * Makes a channel, or answers with the one that has the id, or is the 1:1 channel of the two, as it is.
   * @throws RollcallError `NOT_ALLOWED` for a channel of other people, and two of whom one has blocked the other.
   */
  createChannel(input: CreateChannelInput): Promise<{ channel: Channel }>;

  /** One channel. @throws RollcallError `NOT_FOUND` for a channel that is not there, or not for this user. */
  getChannel(input: ChannelInput): Promise<{ channel: Channel }>;

  /** Finds channels, one page, newest first: a user's are those that it is a member of. */
  queryChannels(input?: QueryChannelsInput): Promise<QueryChannelsAnswer>;

  /** Adds members to a channel, for its owner and back ends; who is one already stays as it is. */
  addMembers(input: ChangeMembersInput): Promise<{ channel: Channel }>;

  /** Takes members out of a channel, for its owner, back ends, and whoever leaves; who is none stays as it is. */
  removeMembers(input: ChangeMembersInput): Promise<{ channel: Channel }>;

  /** Writes a message. With an id of its own it can be repeated without writing anything twice. */
  sendMessage(input: SendMessageInput): Promise<{ message: Message }>;

  /** One message. @throws RollcallError `NOT_FOUND` for a message that is not there, or not for this user. */
  getMessage(input: MessageInput): Promise<{ message: Message }>;

  /** Changes a message, for its author and back ends; what is not named stays. */
  updateMessage(input: UpdateMessageInput): Promise<{ message: Message }>;

  /** Deletes a message, for its author, the owner of the channel, and back ends. */
  deleteMessage(input: DeleteMessageInput): Promise<{ message: Message }>;

  /** Finds messages of a channel, one page, newest first. */
  queryMessages(input: QueryMessagesInput): Promise<QueryMessagesAnswer>;

  /** Reacts to a message; the same reaction again changes nothing. */
  addReaction(input: ReactionInput): Promise<{ message: Message }>;

  /** Takes a reaction back; one that is not there is no error. */
  removeReaction(input: ReactionInput): Promise<{ message: Message }>;

  /** Tells that a message needs looking at. */
  flagMessage(input: FlagMessageInput): Promise<{ message: Message }>;

  /** Takes a flag back. */
  unflagMessage(input: Omit<FlagMessageInput, 'reason'>): Promise<{ message: Message }>;
}

/** What back ends can do with chat. */
export interface ServerChat extends Chat {
  /** Finds flags, one page, newest first. */
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
