import type { Viewer } from '@rollcall/core';
import {
  type ChangeMembersInput,
  type Channel,
  type ChannelInput,
  type CreateChannelInput,
  type DeleteMessageInput,
  type FlagMessageInput,
  type Message,
  type MessageInput,
  type QueryChannelsAnswer,
  type QueryChannelsInput,
  type QueryFlagsAnswer,
  type QueryFlagsInput,
  type QueryMessagesAnswer,
  type QueryMessagesInput,
  type ReactionInput,
  RollcallError,
  type SendMessageInput,
  type UpdateMessageInput,
} from '@rollcall/protocol';
import {
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
} from '@rollcall/protocol/schemas';
import type { z } from 'zod';
import { actingUserId, type Caller, requireGrant, viewerOf } from './caller.js';
import { channelsFor, flagsFor, messagesFor, onlyChannel, onlyMessage } from './chat-answers.js';
import { callerProcedure, queryProcedure, router, serverQueryProcedure } from './trpc.js';

/** A schema that fills in the defaults of an input. */
type Filled<Input, Default extends keyof Input = never> = z.ZodType<
  Omit<Input, Default> & { [Field in Default]-?: NonNullable<Input[Field]> },
  Input
>;

export const chatRouter = router({
  /**
   * Creates a channel, or answers with the existing one that has the id or is the 1:1 channel of the two. Needs the grant
   * `create-channel`; for a channel of a team, the role within that team counts as well.
   * @throws `NOT_ALLOWED` for a channel of others, a team of others, and a block between the maker and a member;
   * `USER_NOT_FOUND`, `USER_DELETED` for members; `USER_BANNED`.
   */
  createChannel: callerProcedure
    .input(createChannelSchema as Filled<CreateChannelInput>)
    .mutation(async ({ ctx: { caller, directory }, input }): Promise<{ channel: Channel }> => {
      requireGrant(caller, 'create-channel', input.team === undefined ? [] : [input.team]);
      const { user_id, ...request } = input;
      const userId = actingUserId(caller, user_id);
      const viewer = viewerOf(caller);
      return onlyChannel(caller, await directory.chat.createChannel({ ...request, viewer, userId }));
    }),

  /** One channel, for its members and back ends. @throws `NOT_FOUND` */
  getChannel: callerProcedure
    .input(channelSchema as Filled<ChannelInput, 'include_deleted'>)
    .query(async ({ ctx: { caller, directory }, input }): Promise<{ channel: Channel }> => {
      const { cid, include_deleted: includeDeleted, user_id } = input;
      refuseUsers(caller, 'include_deleted', includeDeleted);
      const viewer = inNameOf(caller, user_id);
      return onlyChannel(caller, await directory.chat.getChannel(viewer, { cid, includeDeleted }));
    }),

  /** One page of the channels of which the caller is a member; for back ends, of all channels. @throws `CURSOR_INVALID` */
  queryChannels: queryProcedure
    .input(queryChannelsSchema as Filled<QueryChannelsInput, 'limit'>)
    .query(async ({ ctx: { caller, directory, budget }, input }): Promise<QueryChannelsAnswer> => {
      const { user_id, ...query } = input;
      return channelsFor(
        caller,
        await directory.chat.queryChannels(inNameOf(caller, user_id), query, budget.limits),
      );
    }),

  /** Adds members, for the owner or a back end; never to a 1:1 channel. @throws `NOT_FOUND`, `NOT_ALLOWED` */
  addMembers: callerProcedure
    .input(changeMembersSchema as Filled<ChangeMembersInput>)
    .mutation(async ({ ctx: { caller, directory }, input }): Promise<{ channel: Channel }> => {
      const { user_id, ...change } = input;
      return onlyChannel(caller, await directory.chat.addMembers(inNameOf(caller, user_id), change));
    }),

  /** Removes members, for the owner, a back end, or a member that leaves. @throws `NOT_FOUND`, `NOT_ALLOWED` */
  removeMembers: callerProcedure
    .input(changeMembersSchema as Filled<ChangeMembersInput>)
    .mutation(async ({ ctx: { caller, directory }, input }): Promise<{ channel: Channel }> => {
      const { user_id, ...change } = input;
      return onlyChannel(caller, await directory.chat.removeMembers(inNameOf(caller, user_id), change));
    }),

  /**
   * Sends a message into a channel of which its author is a member. Needs the grant `send-message`. The same id is never
   * sent twice. @throws `NOT_FOUND`, `INPUT_INVALID`, `USER_BANNED`
   */
  sendMessage: callerProcedure
    .input(sendMessageSchema as Filled<SendMessageInput>)
    .mutation(async ({ ctx: { caller, directory }, input }): Promise<{ message: Message }> => {
      requireGrant(caller, 'send-message');
      const { user_id, ...message } = input;
      const userId = actingUserId(caller, user_id);
      return onlyMessage(caller, await directory.chat.sendMessage({ ...message, userId }));
    }),

  /**
   * Changes the given fields of a message, for its author or a back end. Needs the grant `send-message`.
   * @throws `NOT_FOUND`, `NOT_ALLOWED`, `INPUT_INVALID`
   */
  updateMessage: callerProcedure
    .input(updateMessageSchema as Filled<UpdateMessageInput>)
    .mutation(async ({ ctx: { caller, directory }, input }): Promise<{ message: Message }> => {
      requireGrant(caller, 'send-message');
      const { user_id, ...change } = input;
      return onlyMessage(caller, await directory.chat.updateMessage(inNameOf(caller, user_id), change));
    }),

  /** Deletes a message, for its author, the owner of the channel, or a back end. @throws `NOT_FOUND`, `NOT_ALLOWED` */
  deleteMessage: callerProcedure
    .input(deleteMessageSchema as Filled<DeleteMessageInput, 'hard'>)
    .mutation(async ({ ctx: { caller, directory }, input }): Promise<{ message: Message }> => {
      const { id, hard, user_id } = input;
      refuseUsers(caller, 'hard', hard);
      const viewer = inNameOf(caller, user_id);
      return onlyMessage(caller, await directory.chat.deleteMessage(viewer, { id, hard }));
    }),

  /** One message, for the members of its channel and back ends. @throws `NOT_FOUND` */
  getMessage: callerProcedure
    .input(messageSchema as Filled<MessageInput, 'include_deleted'>)
    .query(async ({ ctx: { caller, directory }, input }): Promise<{ message: Message }> => {
      const { id, include_deleted: includeDeleted, user_id } = input;
      refuseUsers(caller, 'include_deleted', includeDeleted);
      const viewer = inNameOf(caller, user_id);
      return onlyMessage(caller, await directory.chat.getMessage(viewer, { id, includeDeleted }));
    }),

  /** One page of the messages of a channel, newest first. @throws `NOT_FOUND`, `CURSOR_INVALID` */
  queryMessages: queryProcedure
    .input(queryMessagesSchema as Filled<QueryMessagesInput, 'limit' | 'include_deleted'>)
    .query(async ({ ctx: { caller, directory, budget }, input }): Promise<QueryMessagesAnswer> => {
      const { user_id, ...query } = input;
      refuseUsers(caller, 'include_deleted', query.include_deleted);
      return messagesFor(
        caller,
        await directory.chat.queryMessages(inNameOf(caller, user_id), query, budget.limits),
      );
    }),

  /**
   * Adds a reaction. An existing one stays. Needs the grant `send-message`. @throws `NOT_FOUND`; `INPUT_INVALID` for one type
   * more than a message may have
   */
  addReaction: callerProcedure
    .input(reactionSchema as Filled<ReactionInput>)
    .mutation(async ({ ctx: { caller, directory }, input }): Promise<{ message: Message }> => {
      requireGrant(caller, 'send-message');
      const { user_id, ...reaction } = input;
      const userId = actingUserId(caller, user_id);
      return onlyMessage(caller, await directory.chat.addReaction({ ...reaction, userId }));
    }),

  /** Removes a reaction. @throws `NOT_FOUND` */
  removeReaction: callerProcedure
    .input(reactionSchema as Filled<ReactionInput>)
    .mutation(async ({ ctx: { caller, directory }, input }): Promise<{ message: Message }> => {
      const { user_id, ...reaction } = input;
      const userId = actingUserId(caller, user_id);
      return onlyMessage(caller, await directory.chat.removeReaction({ ...reaction, userId }));
    }),

  /** Flags a message for the moderators of the app. @throws `NOT_FOUND` */
  flagMessage: callerProcedure
    .input(flagMessageSchema as Filled<FlagMessageInput>)
    .mutation(async ({ ctx: { caller, directory }, input }): Promise<{ message: Message }> => {
      const { user_id, ...flag } = input;
      const userId = actingUserId(caller, user_id);
      return onlyMessage(caller, await directory.chat.flagMessage({ ...flag, userId }));
    }),

  /** Removes a flag. @throws `NOT_FOUND` */
  unflagMessage: callerProcedure
    .input(unflagMessageSchema as Filled<Omit<FlagMessageInput, 'reason'>>)
    .mutation(async ({ ctx: { caller, directory }, input }): Promise<{ message: Message }> => {
      const { user_id, ...flag } = input;
      const userId = actingUserId(caller, user_id);
      return onlyMessage(caller, await directory.chat.unflagMessage({ ...flag, userId }));
    }),

  /** One page of flags, newest first. Server only. @throws `CURSOR_INVALID` */
  queryFlags: serverQueryProcedure
    .input(queryFlagsSchema as Filled<QueryFlagsInput, 'limit'>)
    .query(
      async ({ ctx: { directory, actor, budget }, input }): Promise<QueryFlagsAnswer> =>
        flagsFor({ kind: 'server', actor }, await directory.chat.queryFlags(input, budget.limits)),
    ),
});

/** Who reads or writes: a user as itself, a back end as itself or as the user that it names. */
function inNameOf(caller: Caller, userId: string | undefined): Viewer {
  if (caller.kind === 'server' && userId === undefined) return { kind: 'server' };
  return { kind: 'user', userId: actingUserId(caller, userId) };
}

/** @throws RollcallError `NOT_ALLOWED` for a user who asks for something that only back ends may have. */
function refuseUsers(caller: Caller, field: string, asked: boolean): void {
  if (!asked || caller.kind === 'server') return;
  throw new RollcallError('NOT_ALLOWED', `${field}: only a server token may ask for this`, { field });
}
