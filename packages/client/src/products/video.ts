import type {
  AddCallMembersInput,
  Call,
  CreateCallInput,
  OneCallInput,
  QueryCallsAnswer,
  QueryCallsInput,
  TakePartInCallInput,
} from '@rollcall/protocol';
import type { MethodKinds } from './product-methods.js';

/** Calls. Each answer carries the users as they are now. */
export interface Video {
  /**
   * Makes a call, or answers with the one that has this type and id, as it is.
   * @throws RollcallError `NOT_ALLOWED` for a call of other people.
   */
  createCall(input: CreateCallInput): Promise<{ call: Call }>;

  /** Joins a call as a member of it. @throws RollcallError `INPUT_INVALID` when it was ended. */
  joinCall(input: TakePartInCallInput): Promise<{ call: Call }>;

  /** Leaves a call; who is not in it stays as it is. */
  leaveCall(input: TakePartInCallInput): Promise<{ call: Call }>;

  /** Ends a call for everybody; only who made it can, and back ends. Once it has ended, nothing changes any more. */
  endCall(input: OneCallInput): Promise<{ call: Call }>;

  /** One call. @throws RollcallError `NOT_FOUND` for a call that is not there, or not for this user. */
  getCall(input: OneCallInput): Promise<{ call: Call }>;

  /** Adds members to a call. A third person makes a 1:1 call a group call for ever. */
  addCallMembers(input: AddCallMembersInput): Promise<{ call: Call }>;

  /** Finds calls, one page, newest first: a user's are those that it is a member of. */
  queryCalls(input?: QueryCallsInput): Promise<QueryCallsAnswer>;
}

/** The methods of `Video`. */
export const VIDEO_METHODS: MethodKinds<Video> = {
  createCall: 'mutate',
  joinCall: 'mutate',
  leaveCall: 'mutate',
  endCall: 'mutate',
  getCall: 'query',
  addCallMembers: 'mutate',
  queryCalls: 'query',
};
