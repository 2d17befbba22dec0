/** What a sort compares for one user at one key. The SQL of the sort says what it is; the cursor of a page holds it. */
export type SortValue =
  | { kind: 'empty' | 'null' }
  | { kind: 'number'; value: number }
  | { kind: 'string'; value: string }
  /** An object or an array, as a text whose order is theirs. See ORDER_TEXT. */
  | { kind: 'structured'; value: string }
  | { kind: 'boolean'; value: boolean };

/**
 * The number of characters of a text that a sort by a custom field compares, and of the text of an object or array. The
 * cursor holds the sort key of the last user, so this bounds the length of a cursor.
 */
export const SORT_TEXT_LENGTH = 1024;

/**
 * The most values that a field may hold, at all levels together, for its objects and arrays to be compared. To compare them
 * costs some microseconds a value, and a sort by the field pays for what all others have stored in it. What a larger
 * field holds is {@link LARGE}.
 */
export const MAX_COMPARED_VALUES = 100;

/** The text of every object and array in a field that holds too much. It comes after all others. */
export const LARGE = '9';

/**
 * MongoDB's order of types. A missing value sorts as null, and an empty array at the end of a path before it. Objects and
 * arrays have one rank: their texts tell them apart.
 */
export const SORT_RANKS: Record<SortValue['kind'], number> = {
  empty: 0,
  null: 1,
  number: 2,
  string: 3,
  structured: 4,
  boolean: 6,
};

/**
 * The text of an object or array, whose order by bytes is MongoDB's: fields are compared one after another, each by the
 * type of its value, then by its name, then by its value; elements likewise, without a name. What ends first comes first.
 *
 * Every value is written as its type and, if it is a field, its name; then comes the value. A text ends with `textEnd`,
 * which comes before every character that a text can go on with, and `escaping` keeps it from occurring within. A container
 * holds its values and then `end`, which comes before every type.
 *
 * MongoDB takes the fields of an object as they were written. Here they come in the order of their names, because a
 * `jsonb` of PostgreSQL keeps no other.
 */
export const ORDER_TEXT = {
  end: '0',
  types: { null: '1', number: '2', string: '3', object: '4', array: '5', boolean: '6' },
  textEnd: '\u0001\u0001',
  escaping: { from: '\u0001', to: '\u0001\u0002' },
} as const;

/**
 * A number within such a text: its sign; then, if it is not 0, its exponent to the base of ten, so that it is positive, and
 * its 17 significant digits, which tell all doubles apart. Both are turned round where it is negative.
 */
export const ORDER_NUMBER = {
  negative: '0',
  zero: '1',
  positive: '2',
  /** The least exponent is -324. */
  exponentOffset: 500,
  digits: 17,
} as const;
