/**
 * The WebSocket close codes that Rollcall uses. RFC 6455, section 7.4.2, reserves 4000–4999 for applications; 1012 and
 * 1013 are registered with IANA.
 */
export const CLOSE_CODES = {
  /** The server is restarting. Reconnect at a random moment within the next seconds. */
  serviceRestart: 1012,
  /** The server cannot accept the connection now. Reconnect later. */
  tryAgainLater: 1013,
  /** The token is missing, malformed or invalid. Do not reconnect with the same token. */
  tokenInvalid: 4400,
  /** The token has expired. Reconnect with a fresh one. */
  tokenExpired: 4401,
  /** This user may not connect (deactivated, deleted, revoked). Do not reconnect. */
  refused: 4403,
  /** The connection read more slowly than events arrived. Reconnect and resume after the last id. */
  tooSlow: 4008,
  /** What this connection may do has changed. Reconnect at once, so that the server checks it again. */
  accessChanged: 4409,
  /** No authentication arrived in time. */
  authTimeout: 4408,
} as const;

/** One of the close codes that Rollcall uses. */
export type CloseCode = (typeof CLOSE_CODES)[keyof typeof CLOSE_CODES];

/** The close codes after which a client must not reconnect by itself. */
export const FATAL_CLOSE_CODES: readonly number[] = [CLOSE_CODES.tokenInvalid, CLOSE_CODES.refused];
