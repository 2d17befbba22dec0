import { described, type ErrorCode, RollcallError } from '@rollcall/protocol';
import { withinTime } from '../within-time.js';
import { refuseForeignToken, tokenProblem } from './token-claims.js';

/** A token, or a function that fetches one. The client calls the function again when a token has expired. */
export type TokenOrProvider = string | (() => string | Promise<string>);

/** Gives the calls and the connection of a client their token. */
export interface TokenSource {
  /** The token to use now. @throws RollcallError if no token can be had. */
  current(): Promise<string>;
  /**
   * Reports that the server no longer accepts this token. `current` does not return it again if it can get a fresh one.
   */
  expired(token: string): void;
  /** Whether a fresh token can be had that fixes this error. */
  renews(code: ErrorCode): boolean;
}

/** How tokens are got, and whose they have to be. */
export interface TokenSourceOptions {
  /** The user whose tokens they are. Default: anybody's. */
  userId?: string;
  /** Called with `TOKEN_INVALID` when a token is that of somebody else. */
  onForeign?(error: RollcallError): void;
  /** How long the provider may take. Default: 10,000. */
  timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;

/**
 * Keeps a token, and fetches a fresh one when it has expired. Calls that wait for it share one fetch. Every token is
 * held against the user of the session before it is used.
 */
export function tokenSource(
  tokenOrProvider: TokenOrProvider,
  { userId, onForeign, timeoutMs = TIMEOUT_MS }: TokenSourceOptions = {},
): TokenSource {
  const ofUser = (token: string): string => {
    try {
      if (userId !== undefined) refuseForeignToken(token, userId);
    } catch (error) {
      onForeign?.(error as RollcallError);
      throw error;
    }
    return token;
  };
  if (typeof tokenOrProvider === 'string') {
    return {
      current: async () => ofUser(tokenOrProvider),
      expired: () => undefined,
      renews: () => false,
    };
  }
  let fetched: Promise<string> | undefined;
  let latest: string | undefined;
  return {
    renews: code => code === 'TOKEN_EXPIRED',
    current() {
      fetched ??= fetchToken(tokenOrProvider, timeoutMs)
        .then(token => {
          latest = ofUser(token);
          return latest;
        })
        .catch(error => {
          fetched = undefined;
          throw error;
        });
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

async function fetchToken(provider: () => string | Promise<string>, timeoutMs: number): Promise<string> {
  let token: unknown;
  try {
    token = await withinTime((async () => provider())(), timeoutMs, () => late(timeoutMs));
  } catch (error) {
    if (error instanceof RollcallError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new RollcallError('UNAVAILABLE', `the token provider failed: ${why}`, {
      field: 'token',
      cause: error,
    });
  }
  const problem = tokenProblem(token);
  if (!problem) return token as string;
  // A text may be a secret, so it is not shown.
  const given = typeof token === 'string' ? 'it returned one that' : `it returned ${described(token)}, which`;
  throw new RollcallError(
    typeof token === 'string' && token !== '' ? 'INPUT_INVALID' : 'TOKEN_MISSING',
    `the token provider must return a token: ${given} ${problem}`,
    { field: 'token' },
  );
}

function late(timeoutMs: number): RollcallError {
  const message = `the token provider has returned no token within ${timeoutMs} ms; the option tokenTimeoutMs gives it longer`;
  return new RollcallError('UNAVAILABLE', message, { field: 'token' });
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
