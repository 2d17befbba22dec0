/**
 * The ids of users: what e-mail addresses and the ids of other systems are made of (`jane.doe+news@example.com`,
 * `auth0|64f1`, `urn:uuid:…`). An id stands in JSON, in statements and in an address as it is or percent-encoded, so it
 * holds no white space, quotes, slashes or control characters.
 */
import { LIMITS } from '../limits.js';

/**
 * The characters of an id, and how many. Without `.` and `..`: whatever reads an address takes them out of its path, in
 * any encoding, so such a user could never be reached by one.
 */
const USER_ID = new RegExp(`^(?!\\.{1,2}$)[A-Za-z0-9@_.:+|-]{1,${LIMITS.userIdLength}}$`);

/** The rule for user ids, for messages. */
export const USER_ID_RULE = `a user id is 1–${LIMITS.userIdLength} characters of A-Z a-z 0-9 @ _ - . : + |, and neither "." nor ".."`;

/** Whether a value can be the id of a user. The ids that the system makes can: they can be read. */
export function isUserId(id: unknown): id is string {
  return typeof id === 'string' && USER_ID.test(id);
}
