import type { JsonObject, JsonValue } from '../json.js';
import type { TimeInput, USER_FIELDS, User } from '../users/user-fields.js';
import type { AutocompleteField, QueryField } from './query-fields.js';

/** The operand of a comparison. Objects are not accepted: name their fields by dotted paths. */
export type FilterValue = string | number | boolean | null | FilterValue[];

/** The comparisons of one field. All of them must hold. */
export interface FieldFilter {
  $eq?: FilterValue;
  $ne?: FilterValue;
  $gt?: string | number | boolean;
  $gte?: string | number | boolean;
  $lt?: string | number | boolean;
  $lte?: string | number | boolean;
  $in?: FilterValue[];
  $nin?: FilterValue[];
  $exists?: boolean;
  /** The field is an array that holds this value. */
  $contains?: string | number | boolean | null;
  /** `name` and `id` only. */
  $autocomplete?: string;
}

/** What a comparison for equality takes, and what one for order. */
interface Comparisons<Equal, Ordered = never> {
  $eq?: Equal | null;
  $ne?: Equal | null;
  $gt?: Ordered;
  $gte?: Ordered;
  $lt?: Ordered;
  $lte?: Ordered;
  $in?: (Equal | null)[];
  $nin?: (Equal | null)[];
  $exists?: boolean;
  $contains?: Equal extends readonly unknown[] ? string : never;
}

/** The comparisons of a built-in field, by what the field holds. */
interface FiltersByKind {
  string: string | null | Comparisons<string, string>;
  strings: string | string[] | null | Comparisons<string | string[]>;
  boolean: boolean | null | Comparisons<boolean>;
  /** Epoch milliseconds, or ISO 8601 with a zone. */
  time: number | string | null | Comparisons<number | string, number | string>;
}

/** The comparisons of a built-in field whose words can be asked for. */
interface WordComparisons extends Comparisons<string, string> {
  /** Each word of the value is the beginning of some word of the field. Case, accents, strokes and apostrophes are ignored. */
  $autocomplete?: string;
}

type BuiltInFilters = {
  [Field in QueryField]?: Field extends AutocompleteField
    ? string | null | WordComparisons
    : FiltersByKind[(typeof USER_FIELDS)[Field]['holds']];
};

/**
 * A Mongoose-style filter of users. Its operators mean what they mean in MongoDB for the same documents. A key is a
 * built-in field, a path into custom data (`age`, `custom.address.city`), or `$and`, `$or`, `$nor`. All keys of one
 * object must hold.
 */
export type Filter = {
  $and?: Filter[];
  $or?: Filter[];
  $nor?: Filter[];
} & BuiltInFilters & { [field: string]: FilterValue | FieldFilter | Filter[] | undefined };

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

/** One key of a sort; `id` always breaks ties. */
export interface SortKey {
  /** Any field that a filter may name. */
  field: string;
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
