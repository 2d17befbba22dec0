import type { BanOptions } from '../moderation/moderation.js';
import type { FoundUsersOptions } from '../query/query-users.js';
import type { HardDeletion, KeepingDeletion } from './life-cycle.js';
import type { TimeInput, User } from './user-fields.js';

/** What can be done to all users that match a filter. */
export const USER_ACTION_TYPES = [
  'deactivate',
  'reactivate',
  'delete',
  'ban',
  'unban',
  'set',
  'export',
  'revoke_tokens',
] as const;

/** What can be done to all users that match a filter. */
export type UserActionType = (typeof USER_ACTION_TYPES)[number];

/** Something that is done to each of many users, with what the call for a single user takes beside the id. */
export type UserAction =
  | { type: 'deactivate'; mark_messages_deleted?: boolean }
  | { type: 'reactivate'; restore_messages?: boolean }
  | ({ type: 'delete' } & Omit<KeepingDeletion, 'created_by_id'>)
  | ({ type: 'delete' } & Omit<HardDeletion, 'created_by_id'>)
  /** A `timeout` counts from the call: all bans end at the same time. */
  | ({ type: 'ban'; shadow?: boolean } & BanOptions)
  | { type: 'unban'; shadow?: boolean }
  /** A partial update: the same for each user. */
  | { type: 'set'; set?: Readonly<Record<string, unknown>>; unset?: readonly string[] }
  /** Everything that is stored about the users, as a file like that of `exportUsers`. */
  | { type: 'export' }
  /** Revokes the tokens that were issued before a time; default the time of the call. `null` undoes a revocation. */
  | { type: 'revoke_tokens'; before?: TimeInput | null };

/** How many users somebody saw who decided to act on them. `countUsers` and `previewActOnUsers` answer with one. */
export interface ExpectedUsers {
  count: number;
  /** Whether there were more than were counted. So many are not acted on at once. */
  more?: boolean;
}

/** Whom an action may concern, and on whose behalf it is done. */
export interface ActOnUsersOptions extends FoundUsersOptions {
  /** The number that was seen. If another number of users matches now, the call is refused. */
  expected?: ExpectedUsers;
  /** Instead of `expected`: any number of users up to this one is accepted. */
  max?: number;
  /** The user on whose behalf the call is made. The events name it as their actor. */
  created_by_id?: string;
}

/** What an action would concern. */
export interface ActionPreview {
  /** How many users match, counted up to 1,000,000. */
  count: number;
  /** Whether there are more than were counted. */
  more: boolean;
  /** The newest of them, at most ten. */
  sample: User[];
  /**
   * Of a deletion: how much of their content it would change, by product and by the name of the thing. Absent where it is not
   * counted: for more than 1,000 users.
   */
  products?: Record<string, Record<string, number>>;
}
