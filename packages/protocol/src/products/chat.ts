import type { JsonObject } from '../json.js';
import type { Time, User } from '../users/user-fields.js';

/** A channel: where its members write to each other. */
export interface Channel {
  /** `type:id`. */
  cid: string;
  type: string;
  id: string;
  /** Who made it, or inherited it. */
  owner_id?: string;
  team?: string;
  /** Whether it is the one channel of its type that belongs to two users, and has no other members ever. */
  one_to_one: boolean;
  /** The first 100, in the order in which they joined. */
  members: ChannelMember[];
  member_count: number;
  custom: JsonObject;
  created_at: Time;
  updated_at: Time;
  /** When the last message was sent, whether or not it is still there. */
  last_message_at?: Time;
  deleted_at?: Time;
}

/** A member of a channel. */
export interface ChannelMember {
  user_id: string;
  /** As the user is now. */
  user: User;
  /** When it joined. */
  created_at: Time;
}

/** Something that goes with a message: Rollcall stores it and gives it back. */
export type Attachment = JsonObject;

/** A message. */
export interface Message {
  id: string;
  cid: string;
  user_id: string;
  /** The author, as it is now. */
  user: User;
  text?: string;
  attachments: Attachment[];
  custom: JsonObject;
  /** The message that this one answers, in the same channel. */
  parent_id?: string;
  /** How many answers the caller can see. */
  reply_count: number;
  /** By type; a type that nobody used is not there. */
  reaction_counts: Record<string, number>;
  /** The types of the caller's own reactions, in order. */
  own_reactions: string[];
  created_at: Time;
  updated_at: Time;
  deleted_at?: Time;
}

/** A flag: somebody found that a message needs looking at. Seen by servers only. */
export interface Flag {
  message: Message;
  user_id: string;
  /** Who flagged it, as it is now. */
  user: User;
  reason?: string;
  created_at: Time;
}

/** Who acts. A server token must say it; the token of a user may name that user only. */
export interface ActingUser {
  user_id?: string;
}

/** What `createChannel` takes. */
export interface CreateChannelInput extends ActingUser {
  type: string;
  /** Without it, a channel of two is their 1:1 channel, and any other gets a generated id. */
  id?: string;
  /** At most 100, the creator included, who is always a member. */
  members?: string[];
  /** With the token of a user, one of the user's teams. */
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
  /** Only those that this user is a member of. */
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

/** What a message is made of. It needs a text or an attachment; all together has at most 16 KiB as JSON. */
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
  /** The same id again, by the same author in the same channel, sends nothing twice. */
  id?: string;
  parent_id?: string;
}

/** What `updateMessage` takes; what is not named stays. */
export interface UpdateMessageInput extends ActingUser, MessageContent {
  id: string;
}

/** What `deleteMessage` takes. */
export interface DeleteMessageInput extends ActingUser {
  id: string;
  /** Server only: nothing is kept. */
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
