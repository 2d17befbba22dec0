import type { Time, User } from '../users/user-fields.js';

/** What `blocks.block` and `blocks.unblock` take. */
export interface BlockUserInput {
  /** The user to block or unblock. */
  id: string;
  /** The user who blocks. Required with a server token, and accepted only there. */
  user_id?: string;
}

/** What `blocks.list` takes. */
export interface ListBlocksInput {
  /** The user whose blocks are listed. Required with a server token, and accepted only there. */
  user_id?: string;
  /** At most 100, which is the default. A page is shorter when its users are long. */
  limit?: number;
  /** `next` of the page before. */
  next?: string;
}

/** A user whom another user has blocked. */
export interface Block {
  /** The id of the blocked user. */
  user_id: string;
  /** The blocked user as it is now. */
  user: User;
  created_at: Time;
}

/** One page of the users whom a user has blocked, newest first. */
export interface ListBlocksAnswer {
  blocks: Block[];
  /** Where the next page begins. The last page has none. */
  next?: string;
}
