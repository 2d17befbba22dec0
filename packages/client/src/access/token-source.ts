import { type ErrorCode, RollcallError } from '@rollcall/protocol';

/** A token, or a function that fetches a fresh one. It is called again whenever the token before has expired. */
export type TokenOrProvider = string | (() => string | Promise<string>);

/** Where the calls and the connection of a client get their token from. */
export interface TokenSource {
  /** The token to use now. @throws RollcallError when there is none. */
  current(): Promise<string>;
  /** Says that the server takes this very token no more: it is not handed out again if a fresh one can be had. */
  expired(token: string): void;
  /** Whether a fresh token can be had that mends this error. */
  renews(code: ErrorCode): boolean;
}

/** Keeps a token, and fetches a fresh one when it has expired; calls that wait for it share one fetch. */
export function tokenSource(tokenOrProvider: TokenOrProvider): TokenSource {
  if (typeof tokenOrProvider === 'string') {
    return { current: async () => tokenOrProvider, expired: () => undefined, renews: () => false };
  }
  let fetched: Promise<string> | undefined;
  let latest: string | undefined;
  return {
    renews: code => code === 'TOKEN_EXPIRED',
    current() {
      fetched ??= fetchToken(tokenOrProvider).then(
        token => {
          latest = token;
          return token;
        },
        error => {
          fetched = undefined;
          throw error;
        },
      );
      return fetched;
    },
    expired(token) {
      if (token !== latest) return;
      // Only once: the next call to report the same token must not drop the fetch that is under way.
      latest = undefined;
      fetched = undefined;
    },
  };
}

async function fetchToken(provider: () => string | Promise<string>): Promise<string> {
  let token: unknown;
  try {
    token = await provider();
  } catch (error) {
    if (error instanceof RollcallError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new RollcallError('UNAVAILABLE', `the token provider failed: ${why}`, { cause: error });
  }
  if (typeof token === 'string' && token !== '') return token;
  throw new RollcallError('TOKEN_MISSING', 'the token provider returned no token: it has to return a string');
}

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
