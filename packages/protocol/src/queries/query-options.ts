import type { JsonObject } from '../json.js';
import type { TimeInput, User } from '../users/user.js';

/** One key of a sort; `id` always breaks ties. */
export interface SortKey {
  /** Any field that a filter may name. */
  field: string;
  direction: 1 | -1;
}

/** Which page of users to return, and what to follow afterwards. */
export interface QueryUsersOptions {
  /** 1–100; default 30. */
  limit?: number;
  /** 0–1,000; for more, follow `next`. Not together with `next`. */
  offset?: number;
  /** The cursor of the page before. It belongs to its filter and sort. */
  next?: string;
  id_gt?: string;
  id_gte?: string;
  id_lt?: string;
  id_lte?: string;
  created_at_after?: TimeInput;
  created_at_after_or_equal?: TimeInput;
  created_at_before?: TimeInput;
  created_at_before_or_equal?: TimeInput;
  include_deactivated_users?: boolean;
  /** Server only. */
  include_deleted_users?: boolean;
  /** The connection follows the events of the users found. */
  watch?: boolean;
  /** The connection follows the presence of the users found, too. */
  presence?: boolean;
}

/** One page of users. */
export interface QueryUsersAnswer<Custom extends object = JsonObject> {
  users: User<Custom>[];
  /** Present when there may be more users: pass it as `next`. */
  next?: string;
  /** Position in the event log that this answer includes; events after it are news. */
  position: string;
}
