import { setTimeout as sleep } from 'node:timers/promises';
import { CLOSE_CODES } from '@rollcall/protocol';
import type { LiveConnection } from './context.js';

/** Bytes that may wait for one connection. */
const MAX_BUFFERED_BYTES = 1024 * 1024;

/** How long a connection may stay over that before it is closed; its listener resumes by its last id. */
const PATIENCE_MS = 2000;

const LOOK_EVERY_MS = 20;

/**
 * Waits while a connection has more to send than it may hold, so that a slow reader costs a bounded amount of memory.
 * @returns whether the connection can take more; false when it was closed for being too slow, or the signal aborted.
 */
export async function awaitDrain(
  connection: LiveConnection | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  if (!connection) return !signal.aborted;
  const deadline = performance.now() + PATIENCE_MS;
  while (!signal.aborted && connection.bufferedBytes() > MAX_BUFFERED_BYTES) {
    if (performance.now() > deadline) {
      connection.close(CLOSE_CODES.tooSlow, 'reading too slowly; resume by the last id');
      return false;
    }
    await sleep(LOOK_EVERY_MS);
  }
  return !signal.aborted;
}
