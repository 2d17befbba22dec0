import type { Time, User } from '../users/user-fields.js';

/** What `blocks.block` and `blocks.unblock` take. */
export interface BlockUserInput {
  /** Who is blocked, or is no longer. */
  id: string;
  /** Who blocks; with a server token only, and needed there. */
  user_id?: string;
}

/** What `blocks.list` takes. */
export interface ListBlocksInput {
  /** Whose blocks; with a server token only, and needed there. */
  user_id?: string;
}

/** Somebody whom a user has blocked. */
export interface Block {
  /** Who is blocked. */
  user_id: string;
  /** The blocked user as it is now. */
  user: User;
  created_at: Time;
}

/** Everybody whom a user has blocked, newest first; at most 1,000. */
export interface ListBlocksAnswer {
  blocks: Block[];
}
