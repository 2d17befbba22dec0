import { setTimeout as sleep } from 'node:timers/promises';
import type { FileLock } from '../database/file-lock.js';
import { type CopyPass, copyTables } from './copy-tables.js';

/** Between two looks at the lock; a look itself takes up to two seconds. */
const BETWEEN_LOOKS_MS = 100;

/** Further passes keep the last one short: one after this time, and after this many times what a pass takes. */
const BETWEEN_PASSES_MS = 30_000;
const REST = 4;

/**
 * Waits until the server of the source has ended, and takes the source for itself.
 * @throws the reason of the signal.
 */
export async function waitForLock(pass: CopyPass): Promise<FileLock> {
  pass.onProgress({ stage: 'waiting', rows: 0, total: 0 });
  let nextPassAt = performance.now() + BETWEEN_PASSES_MS;
  for (;;) {
    const lock = await pass.source.lock();
    if (lock && !pass.signal.aborted) return lock;
    await lock?.release();
    await sleep(BETWEEN_LOOKS_MS, undefined, { signal: pass.signal });
    if (performance.now() < nextPassAt) continue;
    const startedAt = performance.now();
    await copyTables({ ...pass, stage: 'waiting' });
    const tookMs = performance.now() - startedAt;
    nextPassAt = performance.now() + Math.max(BETWEEN_PASSES_MS, REST * tookMs);
  }
}
