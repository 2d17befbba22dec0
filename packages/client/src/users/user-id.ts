/** What an id of a user looks like, for messages. */
export const USER_ID_RULE = 'a user id is 1–255 characters of A-Z a-z 0-9 @ _ -';

/** Whether this can be the id of a user. */
export function isUserId(id: unknown): id is string {
  return typeof id === 'string' && /^[A-Za-z0-9@_-]{1,255}$/.test(id);
}
