/**
 * The WebSocket close codes that Rollcall uses. 4000–4999 is the range that RFC 6455 section 7.4.2 leaves to
 * applications; 1012 and 1013 are registered with IANA.
 */
export const CLOSE_CODES = {
  /** The server is restarting: come back, spread over the next seconds. */
  serviceRestart: 1012,
  /** The server cannot take the connection now: come back later. */
  tryAgainLater: 1013,
  /** The token is missing, malformed or not valid: coming back with the same token cannot help. */
  tokenInvalid: 4400,
  /** The token has expired: come back with a fresh one. */
  tokenExpired: 4401,
  /** This user may not be connected (deactivated, deleted, revoked): do not come back. */
  refused: 4403,
  /** The connection read more slowly than events arrived: come back and resume by the last id. */
  tooSlow: 4008,
  /** What this connection may do has changed: come back at once, so that it is judged anew. */
  accessChanged: 4409,
  /** No authentication arrived in time. */
  authTimeout: 4408,
} as const;

/** One of the close codes that Rollcall uses. */
export type CloseCode = (typeof CLOSE_CODES)[keyof typeof CLOSE_CODES];

/** The close codes after which a client must not reconnect by itself. */
export const FATAL_CLOSE_CODES: readonly number[] = [CLOSE_CODES.tokenInvalid, CLOSE_CODES.refused];
