import type { JsonObject } from '../json.js';
import type { Time, User } from '../users/user-fields.js';

/** A member of a call. */
export interface CallMember {
  user_id: string;
  /** The user as it is now. */
  user: User;
  /** When it last joined. Absent if it never has. */
  joined_at?: Time;
  /** When it left. Absent while it is in the call. */
  left_at?: Time;
  created_at: Time;
}

/** A call, and its members, who may take part in it. */
export interface Call {
  /** The name of the call, `<type>:<id>`. */
  cid: string;
  type: string;
  id: string;
  /** The user who created it, or its new owner after that user was hard-deleted. */
  created_by_id?: string;
  created_by?: User;
  /** Whether exactly two users have ever been members. */
  one_to_one: boolean;
  /** The first 100 members. */
  members: CallMember[];
  member_count: number;
  custom: JsonObject;
  /** When a member first joined. */
  started_at?: Time;
  /** When it ended. Afterwards nobody can join. */
  ended_at?: Time;
  created_at: Time;
  updated_at: Time;
  deleted_at?: Time;
}

/** What `createCall` takes. */
export interface CreateCallInput {
  /** 1–64 of `A-Z a-z 0-9 _ -`, such as `audio`. */
  type: string;
  /** 1–255 of `A-Z a-z 0-9 _ -`; default a UUID. */
  id?: string;
  /** The ids of at most 100 users. The user who creates the call is always a member. */
  members?: string[];
  custom?: JsonObject;
  /** The user who creates it. Required with a server token, and accepted only there. */
  user_id?: string;
}

/** What `getCall` and `endCall` take. */
export interface OneCallInput {
  cid: string;
}

/** What `joinCall` and `leaveCall` take. */
export interface TakePartInCallInput extends OneCallInput {
  /** The user who joins or leaves. Required with a server token, and accepted only there. */
  user_id?: string;
}

/** What `addCallMembers` takes. */
export interface AddCallMembersInput extends OneCallInput {
  /** The ids of 1–100 users. A user who is already a member stays as it is. */
  members: string[];
}

/** What `queryCalls` takes. */
export interface QueryCallsInput {
  /** Calls that this user is a member of. */
  member?: string;
  type?: string;
  /** Whether to find calls that have ended, or only calls that have not. */
  ended?: boolean;
  /** 1–100; default 30. */
  limit?: number;
  /** `next` of the page before, with the same conditions. */
  next?: string;
}

/** One page of calls, newest first. */
export interface QueryCallsAnswer {
  calls: Call[];
  /** Where the next page begins. The last page has none. */
  next?: string;
}
