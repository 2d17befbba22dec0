import type { JsonObject } from '../json.js';
import type { User } from './user-fields.js';

/**
 * What happens to a deleted user. `soft` keeps everything, `pruning` keeps the id, role and times, `hard` keeps
 * nothing.
 */
export const USER_DELETION_MODES = ['soft', 'pruning', 'hard'] as const;

/** What happens to a deleted user. */
export type UserDeletionMode = (typeof USER_DELETION_MODES)[number];

/** What happens to the user's messages, and to its activities in feeds. */
export const MESSAGE_DELETION_MODES = ['soft', 'pruning', 'hard'] as const;

/** What happens to 1:1 channels and 1:1 calls. */
export const PAIR_DELETION_MODES = ['soft', 'hard'] as const;

/** What happens to content when its user is deleted. Content that is not named stays. */
export interface ContentModes {
  /**
   * `soft` hides; `pruning` removes text, attachments, custom data, reactions and flags; `hard` removes the messages.
   */
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

/** Who deletes. */
interface Deletion {
  /** The user on whose behalf the call is made. The events name it as their actor. */
  created_by_id?: string;
}

/** A deletion that keeps the row of the user, or its id, role and times. */
export interface KeepingDeletion extends Deletion, ContentModes {
  /** Default: `soft`. */
  user?: Exclude<UserDeletionMode, 'hard'>;
  new_channel_owner_id?: undefined;
}

/** A deletion that keeps nothing of the user: what would still name it goes, too. */
export interface HardDeletion extends Deletion, ContentModes {
  user: 'hard';
  messages: 'hard';
  conversations: 'hard';
  /** The new owner of the deleted users' channels. Default: a system user that is created for it. */
  new_channel_owner_id?: string;
}

/** What `deleteUser` and `deleteUsers` take beside the ids. */
export type DeleteUsersOptions = KeepingDeletion | HardDeletion;

/** Everything that is stored about a user. */
export interface UserExport<Custom extends object = JsonObject> {
  user: User<Custom>;
  /** By kind, such as `message`, each oldest first, including deleted ones that are still stored. */
  records: Record<string, JsonObject[]>;
}

/** What `deleteUsers` would change, in counts. */
export interface DeletionPreview {
  /** Users that would be deleted, without those that already are. */
  users: number;
  /** By product, and by the name of the thing there, such as `{ chat: { messages: 1000 } }`. */
  products: Record<string, Record<string, number>>;
}
