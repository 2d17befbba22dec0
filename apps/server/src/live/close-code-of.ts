import { CLOSE_CODES, type ErrorCode } from '@rollcall/protocol';

/** Refusals that do not lie in the token itself. */
const OTHER_REFUSALS: Partial<Record<ErrorCode, number>> = {
  TOKEN_EXPIRED: CLOSE_CODES.tokenExpired,
  TOKEN_REVOKED: CLOSE_CODES.refused,
  USER_DEACTIVATED: CLOSE_CODES.refused,
  USER_DELETED: CLOSE_CODES.refused,
  NOT_ALLOWED: CLOSE_CODES.refused,
  RATE_LIMITED: CLOSE_CODES.tryAgainLater,
  UNAVAILABLE: CLOSE_CODES.tryAgainLater,
  INTERNAL: CLOSE_CODES.tryAgainLater,
};

/** The close code that tells a client why it may not be connected, and so whether it may come back by itself. */
export function closeCodeOf(code: ErrorCode): number {
  return OTHER_REFUSALS[code] ?? CLOSE_CODES.tokenInvalid;
}
