import { setTimeout as sleep } from 'node:timers/promises';
import type { FileLock } from '../database/sqlite-file.js';
import type { CopiedTable } from './copied-table.js';
import type { CopySource } from './copy-source.js';
import { copyTable, type TableCopy } from './copy-table.js';
import type { CopyTarget } from './copy-target.js';

/** The progress of a copy. */
export interface CopyProgress {
  /**
   * `copying` while a server may work on the source; `waiting` when nearly everything is copied and that server may be
   * stopped; `finishing` when no server works on the source any more.
   */
  readonly stage: 'copying' | 'waiting' | 'finishing';
  /** The table that is being copied. */
  readonly table?: string;
  /** Rows of the source that this pass has gone through, of about `total`. */
  readonly rows: number;
  readonly total: number;
}

/** One pass through all tables. */
export interface CopyPass {
  readonly source: CopySource;
  readonly target: CopyTarget;
  readonly plan: readonly CopiedTable[];
  readonly signal: AbortSignal;
  onProgress(progress: CopyProgress): void;
}

/** Goes through all tables once. In the stage `finishing` the source does not change, and both sides are the same afterwards. */
export async function copyTables(pass: CopyPass & { stage: CopyProgress['stage'] }): Promise<TableCopy[]> {
  const { source, plan, stage, onProgress } = pass;
  let total = 0;
  for (const table of plan) total += await source.count(table);
  let behind = 0;
  const copies: TableCopy[] = [];
  for (const table of plan) {
    const onRows = (rows: number) => {
      behind += rows;
      onProgress({ stage, table: table.name, rows: behind, total });
    };
    copies.push(await copyTable({ ...pass, table, last: stage === 'finishing', onRows }));
  }
  return copies;
}

/** The pause between two attempts at the lock. An attempt itself takes up to two seconds. */
const BETWEEN_LOOKS_MS = 100;

/** The pause between two passes is at least this many times as long as a pass, so that it does not slow the server down. */
const REST = 4;

/**
 * Waits until the server of the source has stopped, and takes the lock of the source. From time to time it copies what has
 * changed, so that little is left to write in the end.
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
