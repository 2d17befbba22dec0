/**
 * The table of error codes. `trpc` is the transport's code, which determines the HTTP status. `unrecoverable` says
 * whether the same call, repeated unchanged, fails again. `error-meanings.ts` explains each code.
 */
export const ERROR_CODES = {
  INPUT_INVALID: { trpc: 'BAD_REQUEST', unrecoverable: true },
  USER_NOT_FOUND: { trpc: 'NOT_FOUND', unrecoverable: true },
  USER_DELETED: { trpc: 'CONFLICT', unrecoverable: true },
  USER_DEACTIVATED: { trpc: 'FORBIDDEN', unrecoverable: true },
  USER_BANNED: { trpc: 'FORBIDDEN', unrecoverable: true },
  USERNAME_TAKEN: { trpc: 'CONFLICT', unrecoverable: true },
  REVISION_CONFLICT: { trpc: 'CONFLICT', unrecoverable: true },
  ROLE_NOT_FOUND: { trpc: 'BAD_REQUEST', unrecoverable: true },
  ROLE_IN_USE: { trpc: 'CONFLICT', unrecoverable: true },
  NOT_ALLOWED: { trpc: 'FORBIDDEN', unrecoverable: true },
  TOKEN_MISSING: { trpc: 'UNAUTHORIZED', unrecoverable: true },
  TOKEN_INVALID: { trpc: 'UNAUTHORIZED', unrecoverable: true },
  TOKEN_EXPIRED: { trpc: 'UNAUTHORIZED', unrecoverable: false },
  TOKEN_NOT_YET_VALID: { trpc: 'UNAUTHORIZED', unrecoverable: false },
  TOKEN_REVOKED: { trpc: 'UNAUTHORIZED', unrecoverable: true },
  TASK_NOT_FOUND: { trpc: 'NOT_FOUND', unrecoverable: true },
  NOT_FOUND: { trpc: 'NOT_FOUND', unrecoverable: true },
  PAYLOAD_TOO_LARGE: { trpc: 'PAYLOAD_TOO_LARGE', unrecoverable: true },
  RATE_LIMITED: { trpc: 'TOO_MANY_REQUESTS', unrecoverable: false },
  CURSOR_INVALID: { trpc: 'BAD_REQUEST', unrecoverable: true },
  QUERY_TOO_EXPENSIVE: { trpc: 'UNPROCESSABLE_CONTENT', unrecoverable: true },
  IDEMPOTENCY_CONFLICT: { trpc: 'UNPROCESSABLE_CONTENT', unrecoverable: true },
  IDEMPOTENCY_RUNNING: { trpc: 'CONFLICT', unrecoverable: false },
  RESYNC_REQUIRED: { trpc: 'PRECONDITION_FAILED', unrecoverable: true },
  UNAVAILABLE: { trpc: 'SERVICE_UNAVAILABLE', unrecoverable: false },
  INTERNAL: { trpc: 'INTERNAL_SERVER_ERROR', unrecoverable: false },
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
    | 'UNPROCESSABLE_CONTENT'
    | 'TOO_MANY_REQUESTS'
    | 'SERVICE_UNAVAILABLE'
    | 'INTERNAL_SERVER_ERROR';
  unrecoverable: boolean;
}
