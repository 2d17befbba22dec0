import { LIMITS, type WriteCounts } from '@rollcall/protocol';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { addRename, wholeNumber } from '../options/option-values.js';
import { countOf, formatCount } from '../output/terminal-text.js';
import { INPUT_FORMATS, type InputFormat } from '../rows/input.js';

/** The options of every command that reads users from a file. */
export interface InputCommandOptions {
  format?: InputFormat;
  delimiter?: string;
  csvText?: true;
  idColumn?: string;
  rename?: ReadonlyMap<string, string>;
  ignore?: string[];
  asIs?: true;
  dryRun?: true;
  /** The file that lists the rows that failed; by default it is beside the input. */
  errors?: string;
  concurrency: number;
}

/** Adds the options of {@link InputCommandOptions} to a command. */
export function addInputOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--format <format>', 'the format (default: by what the file holds)').choices(INPUT_FORMATS),
    )
    .addOption(
      new Option(
        '--delimiter <character>',
        'CSV: the character between two cells (default: found in the first line)',
      ).argParser(parseDelimiter),
    )
    .option('--csv-text', 'CSV: read every custom value as text, also true, false and numbers')
    .option('--id-column <name>', 'the column or field that holds the ids (default: id)')
    .option('--rename <old=new...>', 'give columns or fields other names, such as Name=name', addRename)
    .option('--ignore <name...>', 'leave out these columns or fields')
    .option('--as-is', 'also write times, bans, devices, blocks, deactivation and revocation, as in a backup')
    .option('--dry-run', 'change nothing; check and count the users')
    .option('--errors <file>', 'list the rows that failed in this file (default: <file>.errors.ndjson)')
    .addOption(
      new Option('--concurrency <count>', `send this many batches of ${LIMITS.batchUsers} users at a time`)
        .argParser(wholeNumber(1, 64))
        .default(4),
    );
}

function parseDelimiter(text: string): string {
  const delimiter = text === '\\t' ? '\t' : text;
  if (delimiter.length === 1 && !/["\r\n]/.test(delimiter)) return delimiter;
  throw new InvalidArgumentError('it takes one character, such as ";" or "\\t"');
}

/** What became of the users: `1 created, 2 updated, 3 unchanged`. */
export function outcomeText({ created, updated, unchanged }: WriteCounts): string {
  return `${countOf(created, 'user')} created, ${formatCount(updated)} updated, ${formatCount(unchanged)} unchanged`;
}
