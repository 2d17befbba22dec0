import { relative } from 'node:path';
import { LIMITS, RollcallError } from '@rollcall/protocol';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type CommandContext, EXIT_CODES, type ExitCode } from '../context.js';
import { wholeNumber } from '../options/option-values.js';
import { errorLine } from '../output/error-line.js';
import { Printer } from '../output/printer.js';
import { formatClock, formatCount, terminalText } from '../output/terminal-text.js';
import { INPUT_FORMATS } from '../rows/input.js';
import { withClientUntilDone } from '../server-access.js';
import { type ImportFileOptions, type ImportResult, importFile } from './import-file.js';

/** `rollcall import`: creates or replaces any number of users from a file or standard input. */
export function addImportCommand(program: Command, context: CommandContext): void {
  program
    .command('import')
    .description('create or replace users from NDJSON or CSV; importing the same users again changes nothing')
    .argument('[file]', '- reads standard input', '-')
    .addOption(
      new Option('--format <format>', 'default: by the end of the name, standard input is NDJSON').choices(
        INPUT_FORMATS,
      ),
    )
    .addOption(
      new Option(
        '--delimiter <character>',
        'CSV: what stands between two cells (default: a comma)',
      ).argParser(parseDelimiter),
    )
    .option('--csv-text', 'CSV: keep every custom value as text, even true, false and numbers')
    .addOption(
      new Option('--concurrency <count>', `batches of ${LIMITS.batchUsers} users on their way at a time`)
        .argParser(wholeNumber(1, 64))
        .default(4),
    )
    .addOption(
      new Option('--on-error <what>', 'stop at the first row that fails, or report it and go on')
        .choices(['stop', 'skip'])
        .default('stop'),
    )
    .option('--errors <file>', 'where skipped rows are reported (default: <file>.errors.ndjson)')
    .option('--resume', 'go on where an import of the same file stopped')
    .action(async (file: string, options: ImportFileOptions, command: Command) => {
      const result = await withClientUntilDone(command, context, client =>
        importFile(client, { ...options, file }, context),
      );
      context.exitCode = await reportOutcome(result, context);
    });
}

function parseDelimiter(text: string): string {
  const delimiter = text === '\\t' ? '\t' : text;
  if (delimiter.length === 1 && !/["\r\n]/.test(delimiter)) return delimiter;
  throw new InvalidArgumentError('it takes one character, such as ";" or "\\t"');
}

/** Says how an import ended: to a person in words, to a program as one JSON object. */
async function reportOutcome(result: ImportResult, context: CommandContext): Promise<ExitCode> {
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
    ...(result.status === 'completed' ? [] : [howToContinue(result)]),
  ];
}

function howToContinue({ status, row, resumeAfterRows }: ImportResult): string {
  const why = status === 'interrupted' ? 'interrupted' : 'stopped';
  const mend = row ? 'mend the row, and ' : '';
  if (resumeAfterRows === undefined)
    return `${why}: ${mend}import the whole input again; what is stored stays as it is`;
  return `${why}: ${mend}repeat the command with --resume; it goes on after row ${formatCount(resumeAfterRows)}`;
}
