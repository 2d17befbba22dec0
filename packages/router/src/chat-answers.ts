import type { ChannelPage, ChannelView, FlagPage, MessagePage, MessageView } from '@rollcall/core';
import type {
  Channel,
  Message,
  QueryChannelsAnswer,
  QueryFlagsAnswer,
  QueryMessagesAnswer,
  User,
} from '@rollcall/protocol';
import type { Caller } from './caller.js';
import { userFor } from './view.js';

/** A page of channels as the caller may see it. Every member comes with its present user object. */
export function channelsFor(caller: Caller, page: ChannelPage): QueryChannelsAnswer {
  const users = usersOf(caller, page);
  return {
    channels: page.channels.map(view => channelFor(view, users)),
    ...(page.next !== undefined && { next: page.next }),
  };
}

/** A page of messages as the caller may see it. Every message comes with the present user object of its author. */
export function messagesFor(caller: Caller, page: MessagePage): QueryMessagesAnswer {
  const users = usersOf(caller, page);
  return {
    messages: page.messages.map(view => messageFor(view, users)),
    ...(page.next !== undefined && { next: page.next }),
  };
}

/** A page of flags. Each comes with its message and with the user who flagged it. */
export function flagsFor(caller: Caller, page: FlagPage): QueryFlagsAnswer {
  const users = usersOf(caller, page);
  const views = new Map(page.messages.map(view => [view.row.id, view]));
  return {
    flags: page.flags.flatMap(({ message_id, ...flag }) => {
      const view = views.get(message_id);
      return view ? { ...flag, message: messageFor(view, users), user: users(flag.user_id) } : [];
    }),
    ...(page.next !== undefined && { next: page.next }),
  };
}

/** The channel of a page that holds just one. */
export function onlyChannel(caller: Caller, page: ChannelPage): { channel: Channel } {
  return { channel: channelsFor(caller, page).channels[0] as Channel };
}

/** The message of a page that holds just one. */
export function onlyMessage(caller: Caller, page: MessagePage): { message: Message } {
  return { message: messagesFor(caller, page).messages[0] as Message };
}

function channelFor(
  { row: { pair, custom, ...row }, members, memberCount }: ChannelView,
  users: (id: string) => User,
): Channel {
  return {
    ...row,
    one_to_one: pair !== undefined,
    members: members.map(({ user_id, created_at }) => ({ user_id, user: users(user_id), created_at })),
    member_count: memberCount,
    custom,
  };
}

function messageFor(view: MessageView, users: (id: string) => User): Message {
  const { shadowed, pruned, deleted_with, ...row } = view.row;
  return {
    ...row,
    user: users(row.user_id),
    reply_count: view.replyCount,
    reaction_counts: view.reactionCounts,
    own_reactions: view.ownReactions,
  };
}

/** The users of a page, each shaped once. A user whom a row names is stored for as long as the row. */
function usersOf(caller: Caller, { users }: Pick<ChannelPage, 'users'>): (id: string) => User {
  const shaped = new Map([...users].map(([id, row]) => [id, userFor(caller, row)]));
  return id => {
    const user = shaped.get(id);
    if (!user) throw new Error(`the user "${id}" of a page is not stored`);
    return user;
  };
}
