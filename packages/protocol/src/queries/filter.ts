import type { JsonValue } from '../json.js';
import type { QueryField } from './query-fields.js';

/** What a comparison compares with. An object is not accepted: name its fields by dotted paths. */
export type FilterValue = string | number | boolean | null | FilterValue[];

/** The comparisons of one field; several must all hold. */
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
  /** Each word of the value is a prefix of some word of the field; case and accents are folded. `name` and `id` only. */
  $autocomplete?: string;
}

/**
 * A Mongoose-style filter of users, with the semantics of MongoDB for the same operators on the same documents. A key is
 * a built-in field, a path into custom data (`age`, `custom.address.city`), or `$and`, `$or`, `$nor`. Keys of one object
 * must all hold.
 */
export type Filter = {
  $and?: Filter[];
  $or?: Filter[];
  $nor?: Filter[];
} & { [field: string]: FilterValue | FieldFilter | Filter[] | undefined };

/** A field as a query addresses it. */
export type FieldReference = { kind: 'built-in'; field: QueryField } | { kind: 'custom'; path: string[] };

/** A parsed filter: every value checked, every name resolved, times as epoch milliseconds. */
export type FilterNode =
  | { kind: 'all' | 'any' | 'none'; nodes: FilterNode[] }
  | { kind: 'compare'; field: FieldReference; comparison: Comparison };

/** One comparison of a parsed filter. `$ne` and `$nin` are written as the negation of `equals` and `in`. */
export type Comparison =
  | { operator: '$eq' | '$ne'; value: JsonValue }
  | { operator: '$gt' | '$gte' | '$lt' | '$lte'; value: string | number | boolean }
  | { operator: '$in' | '$nin'; values: JsonValue[] }
  | { operator: '$exists'; value: boolean }
  | { operator: '$contains'; value: string | number | boolean | null }
  | { operator: '$autocomplete'; words: string[] };
