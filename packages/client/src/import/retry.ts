import type { RollcallError } from '@rollcall/protocol';
import { toRollcallError } from '../to-rollcall-error.js';
import { fullJitterMs } from '../transport/reconnect.js';

/** About two minutes in all. A server that restarts, or moves to another machine, is back by then. */
const MAX_TRIES = 10;

/** A fault of the server may be caused by this very input, so it is worth fewer tries. */
const MAX_TRIES_AFTER_FAULT = 3;

/** What may end the tries early, and how they wait. */
export interface RetryOptions {
  /** Ends the tries at once. The call then rejects with the reason of the signal. */
  signal?: AbortSignal;
  /** Waits. Tests replace it. */
  waitMs?(ms: number): Promise<void>;
}

/**
 * Repeats a call while its error may pass, after growing random waits, and not before the time that the server named.
 * The call must be safe to repeat.
 * @throws RollcallError the last error.
 */
export async function retry<Answer>(
  call: () => Promise<Answer>,
  { signal, waitMs = ms => sleep(ms, signal) }: RetryOptions = {},
): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await call();
    } catch (cause) {
      signal?.throwIfAborted();
      const error = toRollcallError(cause);
      if (error.unrecoverable || tries >= triesFor(error)) throw error;
      await waitMs((error.retry_after ?? 0) * 1000 + fullJitterMs(tries - 1, 1_000));
      signal?.throwIfAborted();
    }
  }
}

function triesFor(error: RollcallError): number {
  return error.code === 'INTERNAL' ? MAX_TRIES_AFTER_FAULT : MAX_TRIES;
}

/** Waits for a time, or until the signal is aborted. */
function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise(resolve => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end, { once: true });
  });
}
