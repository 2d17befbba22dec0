import type { JsonObject } from '../json.js';
import type { User } from './user-fields.js';

/** What becomes of a deleted user. `soft` keeps everything, `pruning` the id, role and times, `hard` nothing. */
export const USER_DELETION_MODES = ['soft', 'pruning', 'hard'] as const;

/** What becomes of a deleted user. */
export type UserDeletionMode = (typeof USER_DELETION_MODES)[number];

/** What becomes of the messages, and likewise of the activities in feeds. */
export const MESSAGE_DELETION_MODES = ['soft', 'pruning', 'hard'] as const;

/** What becomes of channels and calls of two. */
export const PAIR_DELETION_MODES = ['soft', 'hard'] as const;

/** What becomes of content with its user; what is not named is left untouched. */
export interface ContentModes {
  /** `soft` hides, `pruning` takes away text, attachments, custom data, reactions and flags, `hard` removes. */
  messages?: (typeof MESSAGE_DELETION_MODES)[number];
  /** The user's 1:1 channels. */
  conversations?: (typeof PAIR_DELETION_MODES)[number];
  /** The user's 1:1 calls, never group calls. */
  calls?: (typeof PAIR_DELETION_MODES)[number];
}

/** How users are deleted, content included. */
export interface DeletionModes extends ContentModes {
  user: UserDeletionMode;
}

/** What `deleteUser` and `deleteUsers` take beside the ids. */
export interface DeleteUsersOptions extends Partial<DeletionModes> {
  /** With `user: 'hard'` only: who owns the channels of the deleted users; default a system user that is made for it. */
  new_channel_owner_id?: string;
  /** The user on whose behalf it is done: the events name it as their actor. */
  created_by_id?: string;
}

/** Everything that is stored about a user. */
export interface UserExport<Custom extends object = JsonObject> {
  user: User<Custom>;
  /** By kind, such as `message`: each oldest first, deleted ones that are still stored included. */
  records: Record<string, JsonObject[]>;
}

/** What `deleteUsers` would change, in counts. */
export interface DeletionPreview {
  /** Users that are to be deleted, those that are so already left out. */
  users: number;
  /** By product, and by the name of the thing there, such as `{ chat: { messages: 1000 } }`. */
  products: Record<string, Record<string, number>>;
}
