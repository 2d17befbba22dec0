import { LIMITS, USER_FIELD_NAMES, USER_FIELDS } from '@rollcall/protocol';
import { raw, type Sql } from 'sql-template-tag';

/** What a user object has beside its texts, lists and objects: names of fields, numbers, flags. */
const OTHER_BYTES = 500;

const LONG_FIELDS = USER_FIELD_NAMES.filter(
  name => !['boolean', 'time', 'integer'].includes(USER_FIELDS[name].holds),
);

/**
 * How long a row of `users` is as a user object, as a statement works it out, so that a page is cut before its users are
 * read. Private fields count for every viewer: the page reads them for all.
 */
export const USER_BYTES: Sql = raw(
  [OTHER_BYTES, ...LONG_FIELDS.map(name => `coalesce(octet_length(CAST(users.${name} AS text)), 0)`)].join(
    ' + ',
  ),
);

/**
 * How many items of a page go out: as many as have at most `LIMITS.pageContentBytes` together, and one in any case, so
 * that every page goes on.
 */
export function fittingItems(bytesOfItems: readonly number[]): number {
  let bytes = 0;
  const tooMany = bytesOfItems.findIndex(one => {
    bytes += one;
    return bytes > LIMITS.pageContentBytes;
  });
  return tooMany < 0 ? bytesOfItems.length : Math.max(1, tooMany);
}
