import type { JsonObject } from '../json.js';
import type { Time, User } from '../users/user-fields.js';

/** A channel: a place where its members write to each other. */
export interface Channel {
  /** `type:id`. */
  cid: string;
  type: string;
  id: string;
  /** The user who created it, or its new owner. */
  owner_id?: string;
  team?: string;
  /** Whether it is the 1:1 channel of its type that two users share. Its members never change. */
  one_to_one: boolean;
  /** The first 100 members, in the order in which they joined. */
  members: ChannelMember[];
  member_count: number;
  custom: JsonObject;
  created_at: Time;
  updated_at: Time;
  /** When the last message was sent, even if it was deleted since. */
  last_message_at?: Time;
  deleted_at?: Time;
}

/** A member of a channel. */
export interface ChannelMember {
  user_id: string;
  /** The user as it is now. */
  user: User;
  /** When it joined. */
  created_at: Time;
}

/** An attachment of a message. Rollcall stores it and returns it unchanged. */
export type Attachment = JsonObject;

/** A message. */
export interface Message {
  id: string;
  cid: string;
  user_id: string;
  /** The author as it is now. */
  user: User;
  text?: string;
  attachments: Attachment[];
  custom: JsonObject;
  /** The message, in the same channel, that this one answers. */
  parent_id?: string;
  /** How many answers the caller can see. */
  reply_count: number;
  /** The number of reactions by type. A type without reactions is absent. */
  reaction_counts: Record<string, number>;
  /** The types of the caller's own reactions, in order. */
  own_reactions: string[];
  created_at: Time;
  updated_at: Time;
  deleted_at?: Time;
}

/** A flag: a user has marked a message for review. Only servers see it. */
export interface Flag {
  message: Message;
  user_id: string;
  /** The user who flagged it, as it is now. */
  user: User;
  reason?: string;
  created_at: Time;
}

/** The user who acts. A server token must name it; a user token may only name its own user. */
export interface ActingUser {
  user_id?: string;
}

/** What `createChannel` takes. */
export interface CreateChannelInput extends ActingUser {
  type: string;
  /** Without an id, a channel of two users is their 1:1 channel, and any other channel gets a generated id. */
  id?: string;
  /** At most 100, including the creator, who is always a member. */
  members?: string[];
  /** A user token may only name a team of its user. */
  team?: string;
  custom?: JsonObject;
}

/** Names one channel. */
export interface ChannelInput extends ActingUser {
  cid: string;
  /** Server only. */
  include_deleted?: boolean;
}

/** Which channels to find, newest first. */
export interface QueryChannelsInput extends ActingUser {
  /** Only channels that this user is a member of. */
  member?: string;
  type?: string;
  team?: string;
  owner_id?: string;
  /** 1–100; default 30. */
  limit?: number;
  next?: string;
}

/** One page of channels. */
export interface QueryChannelsAnswer {
  channels: Channel[];
  next?: string;
}

/** What `addMembers` and `removeMembers` take. */
export interface ChangeMembersInput extends ActingUser {
  cid: string;
  /** 1–100. */
  members: string[];
}

/** The content of a message. It needs text or an attachment. Together it has at most 16 KiB as JSON. */
export interface MessageContent {
  /** At most 5,000 characters. */
  text?: string;
  /** At most 30. */
  attachments?: Attachment[];
  custom?: JsonObject;
}

/** What `sendMessage` takes. */
export interface SendMessageInput extends ActingUser, MessageContent {
  cid: string;
  /** If the same author repeats an id in the same channel, nothing is sent twice. */
  id?: string;
  parent_id?: string;
}

/** What `updateMessage` takes. Fields that are not named stay. */
export interface UpdateMessageInput extends ActingUser, MessageContent {
  id: string;
}

/** What `deleteMessage` takes. */
export interface DeleteMessageInput extends ActingUser {
  id: string;
  /** Server only. Nothing of the message is kept. */
  hard?: boolean;
}

/** Names one message. */
export interface MessageInput extends ActingUser {
  id: string;
  /** Server only. */
  include_deleted?: boolean;
}

/** Which messages to find, newest first. */
export interface QueryMessagesInput extends ActingUser {
  cid: string;
  /** Only the answers to this message. */
  parent_id?: string;
  /** 1–100; default 30. */
  limit?: number;
  next?: string;
  /** Server only. */
  include_deleted?: boolean;
}

/** One page of messages. */
export interface QueryMessagesAnswer {
  messages: Message[];
  next?: string;
}

/** What `addReaction` and `removeReaction` take. */
export interface ReactionInput extends ActingUser {
  message_id: string;
  /** 1–32 of `A-Z a-z 0-9 _ + -`. */
  type: string;
}

/** What `flagMessage` takes; `unflagMessage` takes the same without `reason`. */
export interface FlagMessageInput extends ActingUser {
  message_id: string;
  /** At most 255 characters. */
  reason?: string;
}

/** Which page of flags to find, newest first. */
export interface QueryFlagsInput {
  /** 1–100; default 30. */
  limit?: number;
  next?: string;
}

/** One page of flags. */
export interface QueryFlagsAnswer {
  flags: Flag[];
  next?: string;
}
