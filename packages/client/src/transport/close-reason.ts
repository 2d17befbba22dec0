import {
  CLOSE_CODES,
  ERROR_CODES,
  type ErrorCode,
  FATAL_CLOSE_CODES,
  RollcallError,
} from '@rollcall/protocol';

/** RFC 6455: the message was too big. Sending it again after a reconnect would end the same way. */
const MESSAGE_TOO_BIG = 1009;

/**
 * Why a closed WebSocket must not be opened again, or undefined when coming back is right. The server may name the
 * error's code as the reason of the close.
 * @param renews whether a fresh token can be had that mends an error, which makes it no reason to stop.
 */
export function fatalClose(
  code: number | undefined,
  reason: string,
  renews: (code: ErrorCode) => boolean,
): RollcallError | undefined {
  if (code === MESSAGE_TOO_BIG) {
    return new RollcallError(
      'PAYLOAD_TOO_LARGE',
      'the server refused a message of this connection as too large',
    );
  }
  if (code === CLOSE_CODES.tokenExpired) {
    return renews('TOKEN_EXPIRED')
      ? undefined
      : new RollcallError('TOKEN_EXPIRED', 'the token has expired: connect with a fresh one');
  }
  if (code === undefined || !FATAL_CLOSE_CODES.includes(code)) return undefined;
  const named = Object.hasOwn(ERROR_CODES, reason) ? (reason as ErrorCode) : undefined;
  if (code === CLOSE_CODES.tokenInvalid) {
    return new RollcallError(
      named ?? 'TOKEN_INVALID',
      'the server closed the connection: the token is not valid there',
    );
  }
  if (named && renews(named)) return undefined;
  return new RollcallError(
    named ?? 'NOT_ALLOWED',
    'the server closed the connection: this user may not be connected',
  );
}
