/**
 * The one table of error codes. `trpc` is the transport's code, which fixes the HTTP status; `unrecoverable` says
 * whether the same call, repeated unchanged, must fail again; `meaning` is the line that docs/errors.md prints.
 */
export const ERROR_CODES = {
  INPUT_INVALID: {
    trpc: 'BAD_REQUEST',
    unrecoverable: true,
    meaning: 'The input breaks a rule; `field` says where, `message` says what is accepted.',
  },
  USER_NOT_FOUND: {
    trpc: 'NOT_FOUND',
    unrecoverable: true,
    meaning: 'No user has this id, or the caller may not know of it.',
  },
  USER_DELETED: {
    trpc: 'CONFLICT',
    unrecoverable: true,
    meaning: 'The user has been deleted; its id can be neither written nor reused.',
  },
  USER_DEACTIVATED: {
    trpc: 'FORBIDDEN',
    unrecoverable: true,
    meaning: 'The user is deactivated: it cannot connect or call anything until it is reactivated.',
  },
  USER_BANNED: {
    trpc: 'FORBIDDEN',
    unrecoverable: true,
    meaning: 'The user is banned from writing.',
  },
  USERNAME_TAKEN: {
    trpc: 'CONFLICT',
    unrecoverable: true,
    meaning: 'Another user has this name, and the setting `enforce_unique_usernames` forbids it.',
  },
  REVISION_CONFLICT: {
    trpc: 'CONFLICT',
    unrecoverable: true,
    meaning: 'The user has changed since the revision named in `if_revision`: read it again.',
  },
  ROLE_NOT_FOUND: {
    trpc: 'BAD_REQUEST',
    unrecoverable: true,
    meaning: 'No role has this name; make it first with `createRole`.',
  },
  ROLE_IN_USE: {
    trpc: 'CONFLICT',
    unrecoverable: true,
    meaning: 'The role exists already, is built in, or users still have it.',
  },
  NOT_ALLOWED: {
    trpc: 'FORBIDDEN',
    unrecoverable: true,
    meaning: 'The caller is known but may not do this.',
  },
  TOKEN_MISSING: {
    trpc: 'UNAUTHORIZED',
    unrecoverable: true,
    meaning: 'The call carries no token.',
  },
  TOKEN_INVALID: {
    trpc: 'UNAUTHORIZED',
    unrecoverable: true,
    meaning: 'The token is malformed, signed with another secret, or says nothing that is known.',
  },
  TOKEN_EXPIRED: {
    trpc: 'UNAUTHORIZED',
    unrecoverable: false,
    meaning: 'The token has expired: call again with a fresh one.',
  },
  TOKEN_NOT_YET_VALID: {
    trpc: 'UNAUTHORIZED',
    unrecoverable: false,
    meaning: 'The token is not valid yet (`nbf` or `iat` lies ahead).',
  },
  TOKEN_REVOKED: {
    trpc: 'UNAUTHORIZED',
    unrecoverable: true,
    meaning: 'The token was issued before the time set by a revocation.',
  },
  TASK_NOT_FOUND: {
    trpc: 'NOT_FOUND',
    unrecoverable: true,
    meaning: 'No task has this id.',
  },
  NOT_FOUND: {
    trpc: 'NOT_FOUND',
    unrecoverable: true,
    meaning: 'There is nothing by this name or id.',
  },
  PAYLOAD_TOO_LARGE: {
    trpc: 'PAYLOAD_TOO_LARGE',
    unrecoverable: true,
    meaning: 'The request is larger than the server accepts.',
  },
  RATE_LIMITED: {
    trpc: 'TOO_MANY_REQUESTS',
    unrecoverable: false,
    meaning: 'Too many calls; `retry_after` says in how many seconds to come back.',
  },
  CURSOR_INVALID: {
    trpc: 'BAD_REQUEST',
    unrecoverable: true,
    meaning: 'The cursor was not issued for this query: start again without it.',
  },
  RESYNC_REQUIRED: {
    trpc: 'PRECONDITION_FAILED',
    unrecoverable: true,
    meaning: 'The event log no longer reaches back to this position: read afresh.',
  },
  UNAVAILABLE: {
    trpc: 'SERVICE_UNAVAILABLE',
    unrecoverable: false,
    meaning:
      'The server cannot do this now (full disk, lost database, too much waiting): nothing was changed, try again later.',
  },
  INTERNAL: {
    trpc: 'INTERNAL_SERVER_ERROR',
    unrecoverable: false,
    meaning: 'A fault of the server. The message names a request id; the server log has the rest.',
  },
} as const satisfies Record<string, ErrorCodeEntry>;

/** One code of the table. */
export type ErrorCode = keyof typeof ERROR_CODES;

interface ErrorCodeEntry {
  trpc:
    | 'BAD_REQUEST'
    | 'UNAUTHORIZED'
    | 'FORBIDDEN'
    | 'NOT_FOUND'
    | 'CONFLICT'
    | 'PRECONDITION_FAILED'
    | 'PAYLOAD_TOO_LARGE'
    | 'TOO_MANY_REQUESTS'
    | 'SERVICE_UNAVAILABLE'
    | 'INTERNAL_SERVER_ERROR';
  unrecoverable: boolean;
  meaning: string;
}
