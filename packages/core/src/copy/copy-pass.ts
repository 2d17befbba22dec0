import type { CopiedTable } from './copied-table.js';
import type { CopyProgress } from './copy-progress.js';
import type { CopySource } from './copy-source.js';
import { copyTable, type TableCopy } from './copy-table.js';
import type { CopyTarget } from './copy-target.js';

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
