import {
  type AddCallMembersInput,
  type Call,
  type CreateCallInput,
  LIMITS,
  type OneCallInput,
  type QueryCallsAnswer,
  type QueryCallsInput,
  type TakePartInCallInput,
} from '@rollcall/protocol';
import { jsonObject } from '../check/json-kind.js';
import { optional } from '../check/kind.js';
import { flag, list, name, userId, whole } from '../check/kinds.js';
import { type ShapeOf, shape } from '../check/shape.js';
import type { MethodRows } from './product-methods.js';

/** Calls. Each answer contains the users as they are now. */
export interface Video {
  /**
   * Creates a call. Returns the existing one, unchanged, if there is one with this type and id.
   * @throws RollcallError `NOT_ALLOWED` for a call of other people.
   */
  createCall(input: CreateCallInput): Promise<{ call: Call }>;

  /** Joins a call as one of its members. @throws RollcallError `INPUT_INVALID` if the call has ended. */
  joinCall(input: TakePartInCallInput): Promise<{ call: Call }>;

  /** Leaves a call. It is no error if the user is not in it. */
  leaveCall(input: TakePartInCallInput): Promise<{ call: Call }>;

  /** Ends a call for everybody. For its creator and back ends. A call that has ended does not change any more. */
  endCall(input: OneCallInput): Promise<{ call: Call }>;

  /** Reads one call. @throws RollcallError `NOT_FOUND` if it does not exist, or if this user may not see it. */
  getCall(input: OneCallInput): Promise<{ call: Call }>;

  /** Adds members to a call. A third member turns a 1:1 call into a group call, and it stays one. */
  addCallMembers(input: AddCallMembersInput): Promise<{ call: Call }>;

  /** Finds one page of calls, newest first. A user finds those that it is a member of. */
  queryCalls(input?: QueryCallsInput): Promise<QueryCallsAnswer>;
}

const CALL: ShapeOf<OneCallInput> = { cid: name };
const ACTING = { user_id: optional(userId) };
const MEMBERS = list(userId, LIMITS.callMembers);

/** The methods of `Video`. */
export const VIDEO_METHODS: MethodRows<Video> = {
  createCall: [
    'mutate',
    shape<CreateCallInput>({
      type: name,
      id: optional(name),
      members: optional(MEMBERS),
      custom: optional(jsonObject),
      ...ACTING,
    }),
  ],
  joinCall: ['mutate', shape<TakePartInCallInput>({ ...CALL, ...ACTING })],
  leaveCall: ['mutate', shape<TakePartInCallInput>({ ...CALL, ...ACTING })],
  endCall: ['mutate', shape(CALL)],
  getCall: ['query', shape(CALL)],
  addCallMembers: ['mutate', shape<AddCallMembersInput>({ ...CALL, members: MEMBERS })],
  queryCalls: [
    'query',
    optional(
      shape<QueryCallsInput>({
        member: optional(userId),
        type: optional(name),
        ended: optional(flag),
        limit: optional(whole(1, LIMITS.pageContent)),
        next: optional(name),
      }),
    ),
  ],
};
