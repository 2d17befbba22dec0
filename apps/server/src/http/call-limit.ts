import type { ServerResponse } from 'node:http';
import { RollcallError } from '@rollcall/protocol';
import type { Authentication, CallContext } from '@rollcall/router';
import type { TRPCError } from '@trpc/server';
import { type Allowance, type Counted, type RateLimits, TooManyCalls } from './rate-limits.js';

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
export function tellAllowance(response: ServerResponse, { limit, remaining, resetSeconds }: Allowance): void {
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
