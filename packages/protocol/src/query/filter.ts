import type { JsonObject, JsonValue } from '../json.js';
import type { CustomSpots, IsUntyped } from '../users/custom-paths.js';
import type { USER_FIELDS } from '../users/user-fields.js';
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

/** What a comparison for equality takes, what one for order, and what one for an item of a list. */
interface Comparisons<Equal, Ordered = never, Item = never> {
  $eq?: Equal | null;
  $ne?: Equal | null;
  $gt?: Ordered;
  $gte?: Ordered;
  $lt?: Ordered;
  $lte?: Ordered;
  $in?: (Equal | null)[];
  $nin?: (Equal | null)[];
  $exists?: boolean;
  $contains?: Item;
}

/** The comparisons of a built-in field, by what the field holds. */
interface FiltersByKind {
  string: string | null | Comparisons<string, string>;
  strings: string | string[] | null | Comparisons<string | string[], never, string>;
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

/** The comparisons of a path into custom data, by what lies there. */
type CustomFilter<Value> = unknown extends Value
  ? FilterValue | FieldFilter
  : Equal<Value> | null | Comparisons<Equal<Value>, Ordered<Value>, ItemOf<Value>>;

type Scalar = string | number | boolean;

/** A value, an element of a list, or the list. Objects are not compared. */
type Equal<Value> = Value extends Scalar
  ? Value
  : Value extends readonly (infer Item)[]
    ? Operand<Item> | Operand<Item>[]
    : never;

type Operand<Item> = JsonValue extends Item
  ? FilterValue
  : Item extends Scalar | null
    ? Item
    : Item extends readonly unknown[]
      ? FilterValue[]
      : never;

/** Bounds are of the kind of the value, and need not be values that it may have. */
type Ordered<Value> = Bound<Value extends readonly (infer Item)[] ? Item : Value>;

type Bound<Value> = unknown extends Value
  ? Scalar
  : Value extends string
    ? string
    : Value extends number
      ? number
      : Value extends boolean
        ? boolean
        : never;

type ItemOf<Value> = Value extends readonly (infer Item)[]
  ? unknown extends Item
    ? Scalar | null
    : Extract<Item, Scalar | null>
  : never;

/** A filter of users whose custom data may be anything. */
type OpenFilter = {
  $and?: OpenFilter[];
  $or?: OpenFilter[];
  $nor?: OpenFilter[];
} & BuiltInFilters & { [field: string]: FilterValue | FieldFilter | OpenFilter[] | undefined };

/** A filter of users whose custom data has a type. */
type FilterOf<Custom> = {
  $and?: FilterOf<Custom>[];
  $or?: FilterOf<Custom>[];
  $nor?: FilterOf<Custom>[];
} & BuiltInFilters & {
    [Each in CustomSpots<Custom, 'entered'> as Each['path']]?: CustomFilter<Each['value']>;
  };

/**
 * A Mongoose-style filter of users. Its operators mean what they mean in MongoDB for the same documents. A key is a
 * built-in field, a path into custom data (`age`, `custom.address.city`), or `$and`, `$or`, `$nor`. All keys of one
 * object must hold. Where custom data has a type, its paths and their values are checked.
 */
export type Filter<Custom extends object = JsonObject> =
  IsUntyped<Custom> extends true ? OpenFilter : FilterOf<Custom>;
