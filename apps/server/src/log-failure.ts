import { toErrorData } from '@rollcall/router';
import type { TRPCError } from '@trpc/server';
import type { Logger } from './logger.js';

/** What the log says about a call that failed. Inputs are left out: they are people's data. */
export interface Failure {
  error: TRPCError;
  requestId: string | undefined;
  /** As the caller wrote it. */
  procedure: string | undefined;
  ms?: number;
}

const MAX_PROCEDURE_LENGTH = 200;

/**
 * Logs a failed call. What the caller did wrong takes one line; a fault of ours is logged in full, under the request id
 * that the caller was told instead.
 */
export function logFailure(logger: Logger, { error, requestId, procedure, ms }: Failure): void {
  const { code } = toErrorData(error, requestId ?? '');
  const line = {
    requestId,
    procedure: procedure?.slice(0, MAX_PROCEDURE_LENGTH),
    code,
    ...(ms !== undefined && { ms: Math.round(ms) }),
  };
  if (code === 'INTERNAL') logger.error({ ...line, err: error }, 'a call failed');
  else if (code === 'UNAVAILABLE') logger.warn({ ...line, err: error }, 'a call could not be served now');
  else logger.info(line, 'a call was refused');
}
