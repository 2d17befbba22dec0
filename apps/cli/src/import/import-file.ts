import { resolve } from 'node:path';
import { RollcallError } from '@rollcall/protocol';
import type { CommandContext } from '../context.js';
import { reportProgress } from '../progress/reporter.js';
import { type Input, type InputFormat, openInput } from '../rows/input.js';
import {
  type Checkpoint,
  checkpointFileOf,
  readCheckpoint,
  removeCheckpoint,
  writeCheckpoint,
} from './checkpoint.js';
import { ErrorFile } from './error-file.js';
import { type ImportOutcome, importRows, type UserImporter } from './import-rows.js';
import { LeadingRows, skipLeading } from './leading-rows.js';

/** What to import, and how. */
export interface ImportFileOptions {
  /** `-` for standard input. */
  file: string;
  format?: InputFormat;
  delimiter?: string;
  csvText?: true;
  concurrency: number;
  onError: 'stop' | 'skip';
  /** Where skipped rows are reported; default beside the input. */
  errors?: string;
  resume?: true;
}

/** An import that has ended, and what it left behind. */
export interface ImportResult extends ImportOutcome {
  /** Rows that an earlier import was done with, and that this one left out. */
  skippedRows: number;
  /** Failed rows in all, those of the earlier import included. */
  failedRows: number;
  elapsedMs: number;
  /** The file that lists the failed rows, where there are some. */
  errorFile?: string;
  /** Leading rows that `--resume` will leave out; absent where there is nothing to resume. */
  resumeAfterRows?: number;
}

/**
 * Imports one input: with its checkpoint, which survives the death of the process, its error file and its progress.
 * @throws RollcallError `INPUT_INVALID` before anything is sent, when the input cannot be read or resumed.
 */
export async function importFile(
  importer: UserImporter,
  options: ImportFileOptions,
  context: CommandContext,
): Promise<ImportResult> {
  const startedAt = performance.now();
  const input = await openInput(options.file, { ...options, asText: options.csvText }, context);
  const errors = new ErrorFile(errorFileOf(input, options, context));
  const checkpointFile = input.path && checkpointFileOf(input.path);
  const earlier = options.resume ? await previousCheckpoint(checkpointFile) : undefined;
  const rows = input.rows[Symbol.asyncIterator]();
  const leading = new LeadingRows();
  if (earlier) await skipLeading(rows, leading, earlier);
  else if (checkpointFile) await removeCheckpoint(checkpointFile);
  await errors.prepare({ keepToLine: earlier?.line ?? 0 });

  const failedBefore = earlier?.failed ?? 0;
  let settledRows = earlier?.rows ?? 0;
  const progress = reportProgress(context.stderr, { noun: 'users' });
  try {
    const outcome = await importRows(
      importer,
      { rows, leading },
      {
        concurrency: options.concurrency,
        onError: options.onError,
        interrupted: context.interrupted,
        sizeBytes: input.sizeBytes,
        onProgress: state => progress.update(state),
        onFailed: failed => errors.add(failed),
        async onSettled(mark, failed) {
          settledRows = mark.rows;
          if (!checkpointFile || mark.rows === 0) return;
          await writeCheckpoint(checkpointFile, { version: 1, ...mark, failed: failedBefore + failed });
        },
      },
    );
    if (checkpointFile && outcome.status === 'completed') await removeCheckpoint(checkpointFile);
    const failedRows = failedBefore + outcome.failed;
    return {
      ...outcome,
      skippedRows: earlier?.rows ?? 0,
      failedRows,
      elapsedMs: performance.now() - startedAt,
      ...(failedRows > 0 && { errorFile: errors.path }),
      ...(outcome.status !== 'completed' && checkpointFile && { resumeAfterRows: settledRows }),
    };
  } finally {
    progress.stop();
    errors.close();
    await rows.return?.();
  }
}

function errorFileOf(input: Input, options: ImportFileOptions, context: CommandContext): string {
  if (!options.errors) return `${input.path ?? resolve(context.directory, 'standard-input')}.errors.ndjson`;
  const path = resolve(context.directory, options.errors);
  if (path === input.path) throw invalid('errors: the error file would overwrite the input');
  return path;
}

/** Without a checkpoint there is nothing to leave out, and starting at the first row does no harm. */
async function previousCheckpoint(checkpointFile: string | undefined): Promise<Checkpoint | undefined> {
  if (!checkpointFile)
    throw invalid('resume: standard input cannot be read again; only a file can be resumed');
  return readCheckpoint(checkpointFile);
}

function invalid(message: string): RollcallError {
  return new RollcallError('INPUT_INVALID', message);
}
