import { ERROR_CODES, RollcallError } from '@rollcall/protocol';
import { failedWith, isMeasured } from '@rollcall/router';
import { TRPCError } from '@trpc/server';
import type { Host } from '../host.js';
import { countCall } from './meters.js';
import { OTHER } from './metrics-table.js';

/**
 * Counts an error of which the router has told nobody: of a request that reached no procedure, of a stream that ended later,
 * or of an answer that could not be made.
 * @param procedure as the caller wrote it. Any other name counts as `other`.
 */
export function countElsewhere(
  { metrics }: Pick<Host, 'metrics'>,
  error: TRPCError | RollcallError,
  procedure: string = OTHER,
): void {
  if (!metrics) return;
  const failure =
    error instanceof RollcallError
      ? new TRPCError({ code: ERROR_CODES[error.code].trpc, cause: error })
      : error;
  if (isMeasured(failure)) return;
  countCall(metrics.registry, { procedure, outcome: failedWith(failure) });
}
