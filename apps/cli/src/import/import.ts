import { LIMITS } from '@rollcall/protocol';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CommandContext } from '../context.js';
import { wholeNumber } from '../options/whole-number.js';
import { INPUT_FORMATS } from '../rows/input.js';
import { withClientToTheEnd } from '../with-client.js';
import { type ImportFileOptions, importFile } from './import-file.js';
import { reportOutcome } from './report-outcome.js';

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
      const result = await withClientToTheEnd(command, context, client =>
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
