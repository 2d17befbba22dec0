import type { JsonObject } from '../json.js';
import type { Time, User } from '../users/user-fields.js';

/** A member of a call. */
export interface CallMember {
  user_id: string;
  /** The user as it is now. */
  user: User;
  /** When it joined the last time; absent while it never has. */
  joined_at?: Time;
  /** When it left; absent while it is in the call. */
  left_at?: Time;
  created_at: Time;
}

/** A call, and who may take part in it. */
export interface Call {
  /** `<type>:<id>`, which names it. */
  cid: string;
  type: string;
  id: string;
  /** Who made it, or who inherited it from a user who was deleted for good. */
  created_by_id?: string;
  created_by?: User;
  /** Whether two people and nobody else have ever been its members. */
  one_to_one: boolean;
  /** The first 100. */
  members: CallMember[];
  member_count: number;
  custom: JsonObject;
  /** When somebody first joined. */
  started_at?: Time;
  /** When it was ended: nobody joins it any more. */
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
  /** The ids of at most 100 users; whoever makes the call is a member in any case. */
  members?: string[];
  custom?: JsonObject;
  /** Who makes it; with a server token only, and needed there. */
  user_id?: string;
}

/** What `getCall` and `endCall` take. */
export interface OneCallInput {
  cid: string;
}

/** What `joinCall` and `leaveCall` take. */
export interface TakePartInCallInput extends OneCallInput {
  /** Who joins or leaves; with a server token only, and needed there. */
  user_id?: string;
}

/** What `addCallMembers` takes. */
export interface AddCallMembersInput extends OneCallInput {
  /** The ids of 1–100 users; who is a member already stays as it is. */
  members: string[];
}

/** What `queryCalls` takes. */
export interface QueryCallsInput {
  /** Calls that this user is a member of. */
  member?: string;
  type?: string;
  /** Calls that were ended, or that were not. */
  ended?: boolean;
  /** 1–100; default 30. */
  limit?: number;
  /** `next` of the page before, with the same conditions. */
  next?: string;
}

/** One page of calls, newest first. */
export interface QueryCallsAnswer {
  calls: Call[];
  /** Where the next page begins; absent after the last. */
  next?: string;
}
