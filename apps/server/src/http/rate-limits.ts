import type { ServerResponse } from 'node:http';
import { RollcallError } from '@rollcall/protocol';
import {
  type CallContext,
  type CallerKey,
  callerKeyOf,
  kindOfCaller,
  kindOfProcedure,
  type Origin,
} from '@rollcall/router';
import type { TRPCError } from '@trpc/server';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Config } from '../config/config.js';

/** The most calls in one HTTP request or one WebSocket message. */
export const MAX_CALLS_PER_BATCH = 20;

/** Calls are counted per minute. */
const WINDOW_SECONDS = 60;

/** The one procedure with a lower limit, because it creates users and needs no token. */
const CREATES_GUESTS = 'users.connectGuest';

/** All names that are no procedures are counted together, under this one. */
export const NO_PROCEDURE = 'a name that is no procedure';

/** How many calls of one procedure a caller has left. */
export interface Allowance {
  /** Calls per minute. */
  limit: number;
  remaining: number;
  /** Whole seconds until all of them are available again. */
  resetSeconds: number;
}

/** The refusal of one call too many. Its allowance is sent with the answer. */
class TooManyCalls extends RollcallError {
  readonly allowance: Allowance;

  constructor(procedure: string, allowance: Allowance) {
    const { limit, resetSeconds } = allowance;
    super(
      'RATE_LIMITED',
      `${procedure} takes ${limit} calls per minute from one caller; try again in ${resetSeconds} s`,
      { retry_after: resetSeconds },
    );
    this.allowance = allowance;
  }
}

/**
 * Counts the calls of clients separately for each caller and procedure, in windows of a minute that begin with a first
 * call. The counts live in the memory of this process. With several processes, a caller has the full number of calls at
 * each of them.
 */
export class RateLimits {
  readonly #calls: RateLimiterMemory;
  readonly #guests: RateLimiterMemory;

  constructor(config: Pick<Config, 'clientCallsPerMinute' | 'guestsPerMinute'>) {
    this.#calls = perMinute(config.clientCallsPerMinute);
    this.#guests = perMinute(config.guestsPerMinute);
  }

  /**
   * Counts calls of a procedure, or of {@link NO_PROCEDURE}.
   * @returns what is left after these calls.
   * @throws TooManyCalls when less than that was left before them.
   */
  async count(caller: CallerKey, procedure: string, calls = 1): Promise<Allowance> {
    const limiter = procedure === CREATES_GUESTS ? this.#guests : this.#calls;
    try {
      return allowanceOf(limiter, await limiter.consume(`${caller} ${procedure}`, calls));
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

/** A call to be counted, as the router counts it, or a number of them. */
type CountedCall = Parameters<NonNullable<CallContext['limit']>>[0] & { calls?: number };

/** Counts calls. It throws when they are too many. */
export type CallLimit = (call: Omit<CountedCall, 'type'>) => Promise<void>;

/**
 * Makes the counter for the calls of one caller; undefined for a server token, which is not limited.
 * @param report receives what is left after each call, refused ones included.
 */
export function callLimit(
  limits: RateLimits,
  origin: Origin,
  report?: (allowance: Allowance) => void,
): CallLimit | undefined {
  if (kindOfCaller(callerKeyOf(origin)) === 'server') return undefined;
  return async ({ procedure, guest, calls }) => {
    const tokenless = kindOfProcedure(procedure)?.tokenless;
    const caller = callerKeyOf(origin, { tokenless, ...(guest && { role: 'guest' }) });
    try {
      // This stands on its own line, because an optional call that is not made does not evaluate its arguments.
      const allowance = await limits.count(caller, procedure, calls);
      report?.(allowance);
    } catch (error) {
      if (error instanceof TooManyCalls) report?.(error.allowance);
      throw error;
    }
  };
}

/**
 * Sends a caller what is left, in the three header fields of draft-ietf-httpapi-ratelimit-headers up to revision 06.
 * (Later revisions use one structured field, which few clients read.) For a batch it sends the smallest allowance.
 */
export function sendAllowance(response: ServerResponse, { limit, remaining, resetSeconds }: Allowance): void {
  const sent = response.getHeader('ratelimit-remaining');
  if (response.headersSent || (sent !== undefined && Number(sent) <= remaining)) return;
  response.setHeader('ratelimit-limit', limit);
  response.setHeader('ratelimit-remaining', remaining);
  response.setHeader('ratelimit-reset', resetSeconds);
}

/** The seconds to wait before the next call (RFC 9110, section 10.2.3): the longest wait that any of the errors asks for. */
export function retryAfter(errors: readonly TRPCError[]): number | undefined {
  const waits = errors.flatMap(({ cause }) => (cause instanceof RollcallError && cause.retry_after) || []);
  return waits.length > 0 ? Math.max(...waits) : undefined;
}
