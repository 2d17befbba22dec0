import { RollcallError } from '@rollcall/protocol';
import type { CommandContext } from '../context.js';
import { terminalText } from '../output/terminal-text.js';
import { reportProgress } from '../progress/reporter.js';
import { openInput } from '../rows/input.js';
import {
  type Checkpoint,
  checkpointFileOf,
  readCheckpoint,
  removeCheckpoint,
  writeCheckpoint,
} from './checkpoint.js';
import { errorFileOf } from './error-file.js';
import { type ImportOutcome, importRows, type UserImporter } from './import-rows.js';
import type { InputCommandOptions } from './input-options.js';
import { LeadingRows, skipLeading } from './leading-rows.js';

/** What to import, and how. */
export interface ImportFileOptions extends InputCommandOptions {
  /** `-` for standard input. */
  file: string;
  onError: 'stop' | 'skip';
  resume?: true;
}

/** The result of an import. */
export interface ImportResult extends ImportOutcome {
  /** Rows that an earlier import had done and this one skipped. */
  skippedRows: number;
  /** All failed rows, including those of the earlier import. */
  failedRows: number;
  elapsedMs: number;
  /** The file that lists the failed rows; absent when none failed. */
  errorFile?: string;
  /** How many leading rows `--resume` will skip; absent when there is nothing to resume. */
  resumeAfterRows?: number;
}

/**
 * Imports one input. It shows the progress, lists failed rows in the error file, and keeps a checkpoint, from which a
 * later run can resume even when this process is killed.
 * @throws RollcallError `INPUT_INVALID` before anything is sent, when the input cannot be read or resumed.
 */
export async function importFile(
  importer: UserImporter,
  options: ImportFileOptions,
  context: CommandContext,
): Promise<ImportResult> {
  const startedAt = performance.now();
  const onNote = (note: string) => context.stderr.write(`note: ${terminalText(note)}\n`);
  const input = await openInput(options.file, { ...options, asText: options.csvText, onNote }, context);
  const errors = errorFileOf(input, options.errors, context);
  // A dry run stores nothing, so there is nothing to resume.
  const checkpointFile = !options.dryRun && input.path ? checkpointFileOf(input.path) : undefined;
  const earlier = options.resume ? await previousCheckpoint(checkpointFile) : undefined;
  const rows = input.rows[Symbol.asyncIterator]();
  const leading = new LeadingRows();
  if (earlier) await skipLeading(rows, leading, earlier);
  else if (checkpointFile) await removeCheckpoint(checkpointFile);
  await errors.prepare({ keepToLine: earlier?.line ?? 0 });

  const failedBefore = earlier?.failed ?? 0;
  let settledRows = earlier?.rows ?? 0;
  const progress = reportProgress(context.stderr, { noun: 'user' });
  try {
    const outcome = await importRows(
      importer,
      { rows, leading },
      {
        concurrency: options.concurrency,
        asIs: options.asIs,
        dryRun: options.dryRun,
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

/** The checkpoint to resume from. Without one the import starts at the first row, which does no harm. */
async function previousCheckpoint(checkpointFile: string | undefined): Promise<Checkpoint | undefined> {
  if (!checkpointFile) throw invalid('resume: standard input cannot be read again; name a file to resume');
  return readCheckpoint(checkpointFile);
}

function invalid(message: string): RollcallError {
  return new RollcallError('INPUT_INVALID', message);
}
