import type { CallPage, CallWithMembers } from '@rollcall/core';
import type {
  AddCallMembersInput,
  Call,
  CreateCallInput,
  OneCallInput,
  QueryCallsAnswer,
  QueryCallsInput,
  TakePartInCallInput,
} from '@rollcall/protocol';
import {
  addCallMembersSchema,
  createCallSchema,
  oneCallSchema,
  type ParsedCreateCall,
  type ParsedQueryCalls,
  queryCallsSchema,
  takePartInCallSchema,
} from '@rollcall/protocol/schemas';
import type { z } from 'zod';
import { actingUserId, type Caller, requireGrant, viewerOf } from './caller.js';
import { callerProcedure, queryProcedure, router } from './trpc.js';
import { userFor } from './view.js';

const oneCall = oneCallSchema as z.ZodType<OneCallInput, OneCallInput>;
const takePart = takePartInCallSchema as z.ZodType<TakePartInCallInput, TakePartInCallInput>;

export const videoRouter = router({
  /**
   * Creates a call, or answers with the existing one that has this type and id. Needs the grant `create-call`.
   * @throws `NOT_ALLOWED` for a call of other people, and a block between the maker and a member; `USER_BANNED`, `USER_NOT_FOUND` or `USER_DELETED` for its people.
   */
  createCall: callerProcedure
    .input(createCallSchema as z.ZodType<ParsedCreateCall, CreateCallInput>)
    .mutation(async ({ ctx: { caller, directory }, input }): Promise<{ call: Call }> => {
      requireGrant(caller, 'create-call');
      const user_id = actingUserId(caller, input.user_id);
      return onlyCall(caller, await directory.video.createCall(viewerOf(caller), { ...input, user_id }));
    }),

  /** A member joins. @throws `NOT_FOUND`, `INPUT_INVALID` for a call that has ended, `USER_BANNED` */
  joinCall: callerProcedure
    .input(takePart)
    .mutation(async ({ ctx: { caller, directory }, input: { cid, user_id } }): Promise<{ call: Call }> => {
      const move = { cid, user_id: actingUserId(caller, user_id) };
      return onlyCall(caller, await directory.video.joinCall(move));
    }),

  /** A member leaves. @throws `NOT_FOUND` */
  leaveCall: callerProcedure
    .input(takePart)
    .mutation(async ({ ctx: { caller, directory }, input: { cid, user_id } }): Promise<{ call: Call }> => {
      const move = { cid, user_id: actingUserId(caller, user_id) };
      return onlyCall(caller, await directory.video.leaveCall(move));
    }),

  /** Ends a call, for its creator or a back end. @throws `NOT_FOUND`, `USER_BANNED`, `NOT_ALLOWED` for another member */
  endCall: callerProcedure
    .input(oneCall)
    .mutation(
      async ({ ctx: { caller, directory }, input }): Promise<{ call: Call }> =>
        onlyCall(caller, await directory.video.endCall(viewerOf(caller), input.cid)),
    ),

  /** One call, for its members and back ends. @throws `NOT_FOUND` */
  getCall: callerProcedure
    .input(oneCall)
    .query(
      async ({ ctx: { caller, directory }, input }): Promise<{ call: Call }> =>
        onlyCall(caller, await directory.video.getCall(viewerOf(caller), input.cid)),
    ),

  /** Adds members, for a member or a back end. @throws `NOT_FOUND`, `INPUT_INVALID`, `USER_NOT_FOUND`, `USER_DELETED` */
  addCallMembers: callerProcedure
    .input(addCallMembersSchema as z.ZodType<AddCallMembersInput, AddCallMembersInput>)
    .mutation(
      async ({ ctx: { caller, directory }, input }): Promise<{ call: Call }> =>
        onlyCall(caller, await directory.video.addCallMembers(viewerOf(caller), input)),
    ),

  /** One page of the calls that the caller may see, newest first. @throws `CURSOR_INVALID` */
  queryCalls: queryProcedure
    .input(queryCallsSchema as z.ZodType<ParsedQueryCalls, QueryCallsInput>)
    .query(async ({ ctx: { caller, directory, budget }, input }): Promise<QueryCallsAnswer> => {
      const page = await directory.video.queryCalls(viewerOf(caller), input, budget.limits);
      return { calls: callsFor(caller, page), ...(page.next !== undefined && { next: page.next }) };
    }),
});

function onlyCall(caller: Caller, page: CallPage): { call: Call } {
  const [call] = callsFor(caller, page);
  if (!call) throw new Error('core answered without the call');
  return { call };
}

/** Calls with their users as the caller may see them. */
function callsFor(caller: Caller, { calls, users }: CallPage): Call[] {
  return calls.map(call => toCall(caller, call, users));
}

function toCall(
  caller: Caller,
  { row, members, memberCount }: CallWithMembers,
  users: CallPage['users'],
): Call {
  const { people, deleted_with: _deletedWith, ...shown } = row;
  const maker = row.created_by_id === undefined ? undefined : users.get(row.created_by_id);
  return {
    ...shown,
    one_to_one: people === 2,
    ...(maker && { created_by: userFor(caller, maker) }),
    // A user who is being erased at this moment is left out.
    members: members.flatMap(({ cid: _cid, deleted: _deleted, ...member }) => {
      const user = users.get(member.user_id);
      return user ? [{ ...member, user: userFor(caller, user) }] : [];
    }),
    member_count: memberCount,
  };
}
