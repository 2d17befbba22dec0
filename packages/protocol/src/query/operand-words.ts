import type { QueryFieldKind } from '../users/user-fields.js';
import { QUERY_FIELDS } from './query-fields.js';
import type { FieldReference } from './query-users.js';

/** What a comparison takes of a built-in field, in the words of errors. */
export const BUILT_IN_WORDS: Record<QueryFieldKind, string> = {
  string: 'a string',
  strings: 'a string or an array of strings',
  boolean: 'true or false',
  time: 'a time: epoch milliseconds or an ISO 8601 string with a zone',
};

/** What `$gt` and its like take of a custom field. */
export const ORDERED_WORDS = 'a string, a number or a boolean';

/** What `$contains` takes of a custom field. */
export const ELEMENT_WORDS = 'one string, number or boolean, or null';

/** What `$eq` and its like take of a custom field. */
export const EQUAL_WORDS = 'a string, a number, a boolean, null or an array of them';

/** What `$eq` and its like take of a field. */
export function equalWords(field: FieldReference): string {
  return field.kind === 'custom'
    ? EQUAL_WORDS
    : `${BUILT_IN_WORDS[QUERY_FIELDS[field.field].holds]}, or null`;
}
