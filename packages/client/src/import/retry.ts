import type { RollcallError } from '@rollcall/protocol';
import { toRollcallError } from '../to-rollcall-error.js';
import { fullJitterMs } from '../transport/reconnect.js';

/** About two minutes in all: a server that restarts, or moves to another machine, is back by then. */
const MAX_TRIES = 10;

/** A fault of the server may be a fault about this very input, so it is tried again less often. */
const MAX_TRIES_AFTER_FAULT = 3;

/**
 * Repeats a call that may be repeated while its error may pass, with growing random waits, and not before the server
 * said it would listen again.
 * @param waitMs waits; a parameter for tests.
 * @throws RollcallError the last error.
 */
export async function retry<Answer>(
  call: () => Promise<Answer>,
  waitMs: (ms: number) => Promise<void> = sleep,
): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await call();
    } catch (cause) {
      const error = toRollcallError(cause);
      if (error.unrecoverable || tries >= triesFor(error)) throw error;
      await waitMs((error.retry_after ?? 0) * 1000 + fullJitterMs(tries - 1, 1_000));
    }
  }
}

function triesFor(error: RollcallError): number {
  return error.code === 'INTERNAL' ? MAX_TRIES_AFTER_FAULT : MAX_TRIES;
}

function sleep(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms));
}
