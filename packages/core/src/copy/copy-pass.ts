import { setTimeout as sleep } from 'node:timers/promises';
import type { FileLock } from '../database/sqlite-file.js';
import type { CopiedTable } from './copied-table.js';
import type { CopySource } from './copy-source.js';
import { copyTable, type TableCopy } from './copy-table.js';
import type { CopyTarget } from './copy-target.js';

/** How a copy gets on. */
export interface CopyProgress {
  /**
   * `copying` while a server may work on the source; `waiting` when nearly everything is over and that server may be
   * stopped; `finishing` when nobody works on the source any more.
   */
  readonly stage: 'copying' | 'waiting' | 'finishing';
  /** The table that is walked. */
  readonly table?: string;
  /** Rows of the source that this pass has behind it, of about so many. */
  readonly rows: number;
  readonly total: number;
}

/** One way through everything. */
export interface CopyPass {
  readonly source: CopySource;
  readonly target: CopyTarget;
  readonly plan: readonly CopiedTable[];
  readonly signal: AbortSignal;
  onProgress(progress: CopyProgress): void;
}

/** Goes through all tables once; in the stage `finishing` the source stands still, and both sides are the same afterwards. */
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
