import type { JsonObject } from '../json.js';
import type { Time, User } from '../users/user-fields.js';

/** Something that a user did, as feeds show it: the actor, the verb and the object. */
export interface Activity {
  id: string;
  actor_id: string;
  /** The user as it is now. */
  actor: User;
  /** What was done, such as `follow`. */
  verb: string;
  /** What it was done to, such as `user:jane`. */
  object: string;
  custom: JsonObject;
  created_at: Time;
  deleted_at?: Time;
}

/** What `addActivity` takes. */
export interface AddActivityInput {
  /** 1–255 of `A-Z a-z 0-9 _ -`; default a UUID. If an id is repeated, the answer is the stored activity. */
  id?: string;
  /** 1–64 of `A-Z a-z 0-9 _ -`. */
  verb: string;
  /** 1–255 characters. */
  object: string;
  custom?: JsonObject;
  /** The actor. Required with a server token, and accepted only there. */
  user_id?: string;
}

/** What `removeActivity` takes. */
export interface RemoveActivityInput {
  id: string;
}

/** What `queryActivities` takes. */
export interface QueryActivitiesInput {
  actor_id?: string;
  verb?: string;
  /** 1–100; default 30. */
  limit?: number;
  /** `next` of the page before, with the same conditions. */
  next?: string;
}

/** One page of activities, newest first. */
export interface QueryActivitiesAnswer {
  activities: Activity[];
  /** Where the next page begins. The last page has none. */
  next?: string;
}
