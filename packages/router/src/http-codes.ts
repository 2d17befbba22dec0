import type { ERROR_CODES } from '@rollcall/protocol';

/** The HTTP status of each code of the transport that the table of errors uses. */
export const HTTP_CODES = {
  BAD_REQUEST: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  PRECONDITION_FAILED: 412,
  PAYLOAD_TOO_LARGE: 413,
  TOO_MANY_REQUESTS: 429,
  INTERNAL_SERVER_ERROR: 500,
  SERVICE_UNAVAILABLE: 503,
} as const satisfies Record<(typeof ERROR_CODES)[keyof typeof ERROR_CODES]['trpc'], number>;
