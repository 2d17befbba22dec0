import { RollcallError } from '@rollcall/protocol';
import { TRPCClientError } from '@trpc/client';

/**
 * Converts any failure of a call into a RollcallError: the error of the server if there was one, otherwise
 * `UNAVAILABLE`. After `UNAVAILABLE` nobody knows whether the server did what it was asked: the request or the answer
 * was lost.
 */
export function toRollcallError(error: unknown): RollcallError {
  let deepest: unknown = error;
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof RollcallError) return cause;
    if (cause instanceof TRPCClientError && isObject(cause.data))
      return RollcallError.fromData(cause.data, error);
    deepest = cause;
  }
  // Node says only in the innermost error what happened, and where.
  const reasons = [error, deepest].map(reasonOf).filter(reason => reason !== '');
  const message = ['the server did not answer', ...new Set(reasons)].join(': ');
  return new RollcallError('UNAVAILABLE', message + browserHint(deepest), { cause: error });
}

/** Awaits a call. Throws its failure as a RollcallError. */
export async function answerOf<Answer>(call: Promise<Answer>): Promise<Answer> {
  try {
    return await call;
  } catch (error) {
    throw toRollcallError(error);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message || String((error as { code?: unknown }).code ?? '') : '';
}

/** A browser hides from a page why a request failed. A server that refuses the page looks like one that is away. */
function browserHint(error: unknown): string {
  const origin = (globalThis as { location?: { origin?: string } }).location?.origin;
  if (!origin || !(error instanceof TypeError)) return '';
  return `; a browser does not say why: the server is away, or its setting ROLLCALL_ALLOWED_ORIGINS does not list ${origin} (its log names the origins that it refuses)`;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
