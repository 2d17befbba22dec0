import { RollcallError } from '@rollcall/protocol';
import type { TokenSource } from './token-source.js';

/** Why a client that no user is connected with can do nothing. */
export function notConnected(): RollcallError {
  return new RollcallError('TOKEN_MISSING', 'nobody is connected: call connectUser first, and await it');
}

/** The token of a client that has none: every use of it fails, with the reason why there is none. */
export function noToken(reason: () => RollcallError): TokenSource {
  return {
    current: () => Promise.reject(reason()),
    expired: () => undefined,
    renews: () => false,
  };
}
