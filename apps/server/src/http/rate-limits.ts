import type { ServerResponse } from 'node:http';
import { RollcallError } from '@rollcall/protocol';
import type { Authentication, CallContext } from '@rollcall/router';
import type { TRPCError } from '@trpc/server';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Config } from '../config/config.js';

/** Calls in one HTTP request or one WebSocket message; each is small beside what its procedure may do. */
export const MAX_CALLS_PER_BATCH = 20;

/** Limits are counted by the minute. */
const WINDOW_SECONDS = 60;

/** The one procedure with a narrower limit: it makes users, and takes no token. */
const CREATES_GUESTS = 'users.connectGuest';

/** Who is counted: a user, or the address of somebody who has shown no good token of a user. */
export type Counted = { userId: string } | { address: string };

/** What is left to a caller of one procedure after a call. */
export interface Allowance {
  /** Calls in a minute. */
  limit: number;
  remaining: number;
  /** Whole seconds until all of them are there again. */
  resetSeconds: number;
}

/** A call was refused; what it says of the allowance goes with the answer. */
class TooManyCalls extends RollcallError {
  readonly allowance: Allowance;

  constructor(procedure: string, allowance: Allowance) {
    const { limit, resetSeconds } = allowance;
    super(
      'RATE_LIMITED',
      `${procedure} takes ${limit} calls a minute from one caller; come back in ${resetSeconds} s`,
      { retry_after: resetSeconds },
    );
    this.allowance = allowance;
  }
}

/**
 * Counts the calls of clients, for each caller and procedure by itself, in windows of a minute that begin with a first
 * call. The counts are in the memory of this process and forgotten with it: behind several processes a caller has as
 * many calls from each.
 */
export class RateLimits {
  readonly #calls: RateLimiterMemory;
  readonly #guests: RateLimiterMemory;

  constructor(config: Pick<Config, 'clientCallsPerMinute' | 'guestsPerMinute'>) {
    this.#calls = perMinute(config.clientCallsPerMinute);
    this.#guests = perMinute(config.guestsPerMinute);
  }

  /**
   * Counts one call of a procedure that exists.
   * @returns what is left after it.
   * @throws TooManyCalls when nothing was left.
   */
  async count(counted: Counted, procedure: string): Promise<Allowance> {
    const limiter = procedure === CREATES_GUESTS ? this.#guests : this.#calls;
    // No id holds a space, and no address either.
    const who = 'userId' in counted ? `user ${counted.userId}` : `address ${counted.address}`;
    try {
      return allowanceOf(limiter, await limiter.consume(`${who} ${procedure}`));
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      throw new TooManyCalls(procedure, allowanceOf(limiter, refusal));
    }
  }
}

function perMinute(points: number): RateLimiterMemory {
  return new RateLimiterMemory({ points, duration: WINDOW_SECONDS });
}

function allowanceOf(limiter: RateLimiterMemory, result: RateLimiterRes): Allowance {
  const resetSeconds = Math.max(1, Math.ceil(result.msBeforeNext / 1000));
  return { limit: limiter.points, remaining: result.remainingPoints, resetSeconds };
}

/** Counts one call, and refuses it when it is one too many. */
export type CallLimit = NonNullable<CallContext['limit']>;

/**
 * What counts the calls of one caller; undefined for server tokens, which are not limited.
 * @param address who is counted as long as no user is known: no token, a bad one, or one that speaks for nobody stored.
 * @param tell hears what is left after each call, also after one that is refused.
 */
export function callLimit(
  limits: RateLimits,
  { principal }: Authentication,
  { address, tell }: { address: string; tell?: (allowance: Allowance) => void },
): CallLimit | undefined {
  if (principal?.kind === 'server') return undefined;
  const counted: Counted = principal?.kind === 'user' ? { userId: principal.userId } : { address };
  return async ({ procedure }) => {
    try {
      // On a line of its own: an optional call that is not made does not look at its arguments either.
      const allowance = await limits.count(counted, procedure);
      tell?.(allowance);
    } catch (error) {
      if (error instanceof TooManyCalls) tell?.(error.allowance);
      throw error;
    }
  };
}

/**
 * Tells a caller what is left, in three header fields as draft-ietf-httpapi-ratelimit-headers had them up to revision 06
 * (later ones put all of it into one structured field, which few clients read). Of a batch the scarcest is told.
 */
export function sendAllowance(response: ServerResponse, { limit, remaining, resetSeconds }: Allowance): void {
  const told = response.getHeader('ratelimit-remaining');
  if (response.headersSent || (told !== undefined && Number(told) <= remaining)) return;
  response.setHeader('ratelimit-limit', limit);
  response.setHeader('ratelimit-remaining', remaining);
  response.setHeader('ratelimit-reset', resetSeconds);
}

/** How many seconds to wait before calling again (RFC 9110, section 10.2.3): the longest that an error asks for. */
export function retryAfter(errors: readonly TRPCError[]): number | undefined {
  const waits = errors.flatMap(({ cause }) => (cause instanceof RollcallError && cause.retry_after) || []);
  return waits.length > 0 ? Math.max(...waits) : undefined;
}
