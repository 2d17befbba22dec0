import type { JsonObject, JsonValue } from '../json.js';
import type { CustomSpots, IsUntyped } from '../users/custom-paths.js';
import type { TimeInput, User } from '../users/user-fields.js';
import type { QueryField } from './query-fields.js';

/** A field as a query addresses it. */
export type FieldReference = { kind: 'built-in'; field: QueryField } | { kind: 'custom'; path: string[] };

/** A parsed filter: all values are checked, all names resolved, all times are epoch milliseconds. */
export type ParsedFilter =
  | { kind: 'all' | 'any' | 'none'; nodes: ParsedFilter[] }
  | { kind: 'compare'; field: FieldReference; comparison: Comparison };

/** One comparison of a parsed filter. `$ne` and `$nin` become the negation of `equals` and `in`. */
export type Comparison =
  | { operator: '$eq' | '$ne'; value: JsonValue }
  | { operator: '$gt' | '$gte' | '$lt' | '$lte'; value: string | number | boolean }
  | { operator: '$in' | '$nin'; values: JsonValue[] }
  | { operator: '$exists'; value: boolean }
  | { operator: '$contains'; value: string | number | boolean | null }
  | { operator: '$autocomplete'; words: string[] };

/** A field that a filter or a sort may name: a built-in one, or a path into custom data. */
export type QueryPath<Custom extends object = JsonObject> =
  IsUntyped<Custom> extends true ? string : QueryField | CustomSpots<Custom, 'entered'>['path'];

/** One key of a sort; `id` always breaks ties. */
export interface SortKey<Custom extends object = JsonObject> {
  /** Any field that a filter may name. */
  field: QueryPath<Custom>;
  direction: 1 | -1;
}

/** Which users of those that a filter matches. */
export interface FoundUsersOptions {
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
}

/** Which page of users to return, and what to follow afterwards. */
export interface QueryUsersOptions extends FoundUsersOptions {
  /** 1–100; default 30. */
  limit?: number;
  /** 0–1,000; for more, follow `next`. Not together with `next`. */
  offset?: number;
  /** The cursor of the page before. It belongs to its filter and sort. */
  next?: string;
  /** Whether the connection follows the events of the users found. */
  watch?: boolean;
  /** Whether the connection also follows the presence of the users found. */
  presence?: boolean;
}

/** One page of users. */
export interface QueryUsersAnswer<Custom extends object = JsonObject> {
  users: User<Custom>[];
  /** Present when there may be more users: pass it as `next`. */
  next?: string;
  /** The position in the event log up to which this answer is current. Events after it are news. */
  position: string;
}

/** Which users to count, and how far. */
export interface CountUsersOptions extends FoundUsersOptions {
  /** 1–1,000, with a server token 1–1,000,000; default 1,000. */
  up_to?: number;
}

/** How many users there are. */
export interface CountUsersAnswer {
  /** At most `up_to`. */
  count: number;
  /** Whether there are more than were counted. */
  more: boolean;
}
