import { type ErrorCode, RollcallError } from '@rollcall/protocol';

/** A token, or a function that fetches one. The client calls the function again when a token has expired. */
export type TokenOrProvider = string | (() => string | Promise<string>);

/** Gives the calls and the connection of a client their token. */
export interface TokenSource {
  /** The token to use now. @throws RollcallError if there is none. */
  current(): Promise<string>;
  /**
   * Reports that the server no longer accepts this token. `current` does not return it again if it can get a fresh one.
   */
  expired(token: string): void;
  /** Whether a fresh token can be had that fixes this error. */
  renews(code: ErrorCode): boolean;
}

/** Keeps a token, and fetches a fresh one when it has expired. Calls that wait for it share one fetch. */
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
      // Only the first report counts: a second one for the same token must not drop the fetch that is under way.
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
  throw new RollcallError(
    'TOKEN_MISSING',
    'the token provider returned no token; it must return a string that is not empty',
  );
}

/** The error of a client that has no user. */
export function notConnected(): RollcallError {
  return new RollcallError('TOKEN_MISSING', 'no user is connected: call connectUser first and await it');
}

/** The token source of a client that has no token. Every use fails with the reason. */
export function noToken(reason: () => RollcallError): TokenSource {
  return {
    current: () => Promise.reject(reason()),
    expired: () => undefined,
    renews: () => false,
  };
}
