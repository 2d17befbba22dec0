import { RollcallError } from '@rollcall/protocol';
import type { TokenSource } from './token-source.js';

/** The token of a client that no user has connected with. */
export const NO_TOKEN: TokenSource = {
  current: async () => {
    throw new RollcallError('TOKEN_MISSING', 'nobody is connected: call connectUser first');
  },
  expired: () => undefined,
  renewable: false,
};
