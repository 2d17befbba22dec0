import { RollcallError } from '@rollcall/protocol';
import { TRPCClientError } from '@trpc/client';

/**
 * Converts any failure of a call into a RollcallError: the error of the server if there was one, otherwise
 * `UNAVAILABLE`. After `UNAVAILABLE` nobody knows whether the server did what it was asked: the request or the answer
 * was lost.
 */
export function toRollcallError(error: unknown): RollcallError {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof RollcallError) return cause;
    if (cause instanceof TRPCClientError && isObject(cause.data))
      return RollcallError.fromData(cause.data, error);
  }
  const message = error instanceof Error && error.message !== '' ? `: ${error.message}` : '';
  return new RollcallError('UNAVAILABLE', `the server did not answer${message}`, { cause: error });
}

/** Awaits a call. Throws its failure as a RollcallError. */
export async function answerOf<Answer>(call: Promise<Answer>): Promise<Answer> {
  try {
    return await call;
  } catch (error) {
    throw toRollcallError(error);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
