import { RollcallError } from '@rollcall/protocol';
import { type Command, Option } from 'commander';
import { type CommandContext, EXIT_CODES, type ExitCode } from '../context.js';
import { examples } from '../options/examples.js';
import { errorLine } from '../output/error-line.js';
import { Printer } from '../output/printer.js';
import { countOf, formatClock, formatCount, terminalText } from '../output/terminal-text.js';
import { mustAnswer, withClientUntilDone } from '../server-access.js';
import { errorFileName, failedRowsText } from './error-file.js';
import { type ImportFileOptions, type ImportResult, importFile } from './import-file.js';
import { importerOf } from './importer-of.js';
import { addInputOptions, outcomeText } from './input-options.js';

/** `rollcall import`: creates or replaces any number of users from a file or standard input. */
export function addImportCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('import')
    .description(
      'create or replace users from NDJSON, JSON or CSV; importing the same users again changes nothing',
    )
    .argument('[file]', 'the file to read; - is standard input', '-');
  addInputOptions(command)
    .addOption(
      new Option('--on-error <what>', 'stop at the first row that fails, or report failed rows and continue')
        .choices(['stop', 'skip'])
        .default('stop'),
    )
    .option('--resume', 'continue an import of the same file where it stopped')
    .addHelpText(
      'after',
      examples(
        'rollcall import users.ndjson --on-error skip',
        "rollcall import users.csv --id-column 'Customer no' --rename Name=name --dry-run",
        'rollcall import backup.ndjson --as-is',
      ),
    )
    .action(async (file: string, options: ImportFileOptions, command: Command) => {
      const result = await withClientUntilDone(command, context, async client => {
        await mustAnswer(client);
        return importFile(importerOf(client), { ...options, file }, context);
      });
      context.exitCode = await reportOutcome(result, context, options.dryRun ?? false);
    });
}

/** Reports how an import ended, in words for a person and as one JSON object for a program. */
async function reportOutcome(
  result: ImportResult,
  context: CommandContext,
  dryRun: boolean,
): Promise<ExitCode> {
  const errorFile = result.errorFile && errorFileName(result.errorFile, context);
  const how = { errorFile, dryRun };
  if (result.status === 'stopped') context.stderr.write(`${stopLine(result)}\n`);
  await new Printer(context.stdout).show(summaryOf(result, how), () => describe(result, how));
  if (result.status !== 'completed') return EXIT_CODES.stopped;
  return result.failedRows > 0 ? EXIT_CODES.someFailed : EXIT_CODES.ok;
}

/** The error line of the row that stopped the import, with its place. */
function stopLine({ error, row }: ImportResult): string {
  if (!row) return errorLine(error);
  const place = [`row ${row.row}`, ...(row.id === undefined ? [] : [`id ${row.id}`])].join(', ');
  return `${errorLine(new RollcallError(row.code, row.message))} (${terminalText(place)})`;
}

function summaryOf(
  result: ImportResult,
  { errorFile, dryRun }: { errorFile: string | undefined; dryRun: boolean },
) {
  return {
    type: 'summary',
    status: result.status,
    done: result.done,
    created: result.created,
    updated: result.updated,
    unchanged: result.unchanged,
    failed: result.failedRows,
    ...(dryRun && { dry_run: true }),
    skipped_rows: result.skippedRows,
    elapsed_ms: Math.round(result.elapsedMs),
    ...(errorFile && { errors: errorFile }),
    ...(result.row && { row: result.row.row }),
    ...(result.resumeAfterRows !== undefined && { resume_after_rows: result.resumeAfterRows }),
  };
}

function describe(
  result: ImportResult,
  { errorFile, dryRun }: { errorFile: string | undefined; dryRun: boolean },
): string[] {
  const rate = Math.round((result.done * 1000) / Math.max(1, result.elapsedMs));
  const pace = `in ${formatClock(result.elapsedMs)} (${formatCount(rate)} a second)`;
  const skipped =
    result.skippedRows > 0
      ? `; skipped ${countOf(result.skippedRows, 'row')} that an earlier run had done`
      : '';
  return [
    `${dryRun ? 'a dry run, which changed nothing: ' : ''}${outcomeText(result)}, ${pace}${skipped}`,
    ...(errorFile ? [failedRowsText(result.failedRows, errorFile)] : []),
    ...(result.status === 'completed' ? [] : [howToContinue(result)]),
  ];
}

function howToContinue({ status, row, resumeAfterRows }: ImportResult): string {
  const why = status === 'interrupted' ? 'interrupted' : 'stopped';
  const cause = row ? 'correct the row, then' : 'correct the error, then';
  const first = status === 'interrupted' ? 'to continue,' : cause;
  if (!resumeAfterRows)
    return `${why}: ${first} import everything again; users that are already stored stay unchanged`;
  return `${why}: ${first} run the command again with --resume; it skips the first ${countOf(resumeAfterRows, 'row')}`;
}
