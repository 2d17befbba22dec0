import { setTimeout as sleep } from 'node:timers/promises';
import type { FileLock } from '../database/file-lock.js';
import { type CopyPass, copyTables } from './copy-pass.js';

/** Between two looks at the lock; a look itself takes up to two seconds. */
const BETWEEN_LOOKS_MS = 100;

/** Between two passes there is this many times what one takes, so that the server of the source is not held up. */
const REST = 4;

/**
 * Waits until the server of the source has ended, and takes the source for itself. Now and then it brings over what has
 * changed, so that there is little left to write in the end.
 * @throws the reason of the signal.
 */
export async function waitForLock(pass: CopyPass, betweenPassesMs: number): Promise<FileLock> {
  pass.onProgress({ stage: 'waiting', rows: 0, total: 0 });
  let nextPassAt = performance.now() + betweenPassesMs;
  for (;;) {
    const lock = await pass.source.lock();
    if (lock && !pass.signal.aborted) return lock;
    await lock?.release();
    await sleep(BETWEEN_LOOKS_MS, undefined, { signal: pass.signal });
    if (performance.now() < nextPassAt) continue;
    const startedAt = performance.now();
    await copyTables({ ...pass, stage: 'waiting' });
    const tookMs = performance.now() - startedAt;
    nextPassAt = performance.now() + Math.max(betweenPassesMs, REST * tookMs);
  }
}
