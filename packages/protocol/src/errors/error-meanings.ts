import type { ErrorCode } from './error-codes.js';

/**
 * What each error code means, for the documentation. It stands apart from the codes so that browsers do not download
 * it.
 */
export const ERROR_MEANINGS: Record<ErrorCode, string> = {
  INPUT_INVALID: 'The input breaks a rule; `field` says where, `message` says what is accepted.',
  USER_NOT_FOUND: 'No user has this id, or the caller may not see the user.',
  USER_DELETED:
    'The user has been deleted. It cannot be written, and its id cannot be used again. To a repeated call with an idempotency key: its answer held a user or content that has been erased.',
  USER_DEACTIVATED: 'The user is deactivated. It cannot connect or call anything until it is reactivated.',
  USER_BANNED: 'The user is banned and cannot write.',
  USERNAME_TAKEN: 'Another user has this name, and the setting `enforce_unique_usernames` forbids it.',
  REVISION_CONFLICT:
    'The user has changed since the revision named in `if_revision`, or another number of users matches than `expected`: read again.',
  ROLE_NOT_FOUND: 'No role has this name. Create it first with `createRole`.',
  ROLE_IN_USE: 'The role already exists, is built in, or users still have it.',
  NOT_ALLOWED: 'The caller is known but may not do this.',
  TOKEN_MISSING: 'The call carries no token.',
  TOKEN_INVALID:
    'The token is malformed, was signed with another secret, or has claims that mean nothing here.',
  TOKEN_EXPIRED: 'The token has expired. Call again with a fresh one.',
  TOKEN_NOT_YET_VALID: 'The token is not valid yet (`nbf` or `iat` lies in the future).',
  TOKEN_REVOKED: 'The token was issued before the time that a revocation names, or has no time of issue.',
  TASK_NOT_FOUND: 'No task has this id.',
  NOT_FOUND: 'Nothing has this name or id, or the caller may not see it.',
  PAYLOAD_TOO_LARGE: 'The request is larger than the server accepts.',
  RATE_LIMITED: 'Too many calls. `retry_after` says how many seconds to wait.',
  CURSOR_INVALID: 'The cursor was not issued for this query. Start again without it.',
  QUERY_TOO_EXPENSIVE:
    'The query ran for as long as a query of this caller may. The message names what to index, or says to narrow it.',
  IDEMPOTENCY_CONFLICT:
    'The idempotency key belongs to another call, or to the same one with another input. Take a new key for each call.',
  IDEMPOTENCY_RUNNING:
    'The call with this idempotency key is still running. `retry_after` says when to ask again.',
  RESYNC_REQUIRED: 'The event log no longer reaches back to this position. Read everything again.',
  UNAVAILABLE:
    'The server cannot do this now: the disk is full, the database cannot be reached, or too many calls wait. Nothing was changed; try again later.',
  INTERNAL:
    'The server has failed. The message names a request id; the server log has the details under that id.',
};
