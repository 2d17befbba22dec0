import { relative } from 'node:path';
import { RollcallError } from '@rollcall/protocol';
import { type CommandContext, EXIT_CODES, type ExitCode } from '../context.js';
import { errorLine } from '../output/error-line.js';
import { formatClock, formatCount } from '../output/format.js';
import { Printer } from '../output/printer.js';
import { terminalText } from '../output/terminal-text.js';
import type { ImportResult } from './import-file.js';

/** Says how an import ended: to a person in words, to a program as one JSON object. */
export async function reportOutcome(result: ImportResult, context: CommandContext): Promise<ExitCode> {
  const errorFile = result.errorFile && relative(context.directory, result.errorFile);
  if (result.status === 'stopped') context.stderr.write(`${stopLine(result)}\n`);
  await new Printer(context.stdout).show(summaryOf(result, errorFile), () => describe(result, errorFile));
  if (result.status !== 'completed') return EXIT_CODES.stopped;
  return result.failedRows > 0 ? EXIT_CODES.someFailed : EXIT_CODES.ok;
}

/** The error line of the row that stopped the import, with its place. */
function stopLine({ error, row }: ImportResult): string {
  if (!row) return errorLine(error);
  const place = [`row ${row.row}`, ...(row.id === undefined ? [] : [`id ${row.id}`])].join(', ');
  return `${errorLine(new RollcallError(row.code, row.message))} (${terminalText(place)})`;
}

function summaryOf(result: ImportResult, errorFile: string | undefined) {
  return {
    type: 'summary',
    status: result.status,
    done: result.done,
    failed: result.failedRows,
    skipped_rows: result.skippedRows,
    elapsed_ms: Math.round(result.elapsedMs),
    ...(errorFile && { errors: errorFile }),
    ...(result.row && { row: result.row.row }),
    ...(result.resumeAfterRows !== undefined && { resume_after_rows: result.resumeAfterRows }),
  };
}

function describe(result: ImportResult, errorFile: string | undefined): string[] {
  const rate = Math.round((result.done * 1000) / Math.max(1, result.elapsedMs));
  const pace = `in ${formatClock(result.elapsedMs)} (${formatCount(rate)} a second)`;
  const skipped = result.skippedRows > 0 ? `, ${formatCount(result.skippedRows)} rows were done before` : '';
  return [
    `imported ${formatCount(result.done)} users ${pace}${skipped}`,
    ...(errorFile
      ? [`${formatCount(result.failedRows)} rows failed; they are in ${errorFile}, with the reasons`]
      : []),
    ...(result.status === 'completed' ? [] : [howToGoOn(result)]),
  ];
}

function howToGoOn({ status, row, resumeAfterRows }: ImportResult): string {
  const why = status === 'interrupted' ? 'interrupted' : 'stopped';
  const mend = row ? 'mend the row, and ' : '';
  if (resumeAfterRows === undefined)
    return `${why}: ${mend}import the whole input again; what is stored stays as it is`;
  return `${why}: ${mend}repeat the command with --resume; it goes on after row ${formatCount(resumeAfterRows)}`;
}
