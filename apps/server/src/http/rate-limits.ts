import { RollcallError } from '@rollcall/protocol';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Config } from '../config/config.js';

/** Limits are counted by the minute. */
const WINDOW_SECONDS = 60;

/** The one procedure with a narrower limit: it makes users, and takes no token. */
const MAKES_GUESTS = 'users.connectGuest';

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
export class TooManyCalls extends RollcallError {
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
    const limiter = procedure === MAKES_GUESTS ? this.#guests : this.#calls;
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
