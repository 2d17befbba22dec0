import type { ServerClient, SyncResult, UserAsIs } from '@rollcall/client/server';
import { type Filter, RollcallError, type UpsertUserInput } from '@rollcall/protocol';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type CommandContext, EXIT_CODES } from '../context.js';
import { errorFileName, errorFileOf, failedRow, failedRowsText } from '../import/error-file.js';
import { addInputOptions, type InputCommandOptions, outcomeText } from '../import/input-options.js';
import { examples } from '../options/examples.js';
import { parseJsonObjectOption } from '../options/option-values.js';
import { Printer } from '../output/printer.js';
import { formatCount, terminalText } from '../output/terminal-text.js';
import { reportProgress } from '../progress/reporter.js';
import { openInput } from '../rows/input.js';
import type { Row } from '../rows/row.js';
import { mustAnswer, withClientUntilDone } from '../server-access.js';
import { exitCodeOf, followTask, taskLines } from '../tasks/follow-task.js';

interface SyncCommandOptions extends InputCommandOptions {
  missing: 'keep' | 'deactivate' | 'delete';
  within?: Filter;
  maxMissing?: string;
  concurrency: number;
  wait?: true;
}

/** `rollcall sync`: makes the directory follow a file, also for the users who are not in it any more. */
export function addSyncCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('sync')
    .description('import a file, and deactivate or delete the users who are not in it')
    .argument('[file]', 'the file to read; - is standard input', '-');
  addInputOptions(command)
    .addOption(
      new Option('--missing <what>', 'what to do with users who are not in the file')
        .choices(['keep', 'deactivate', 'delete'])
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--within <json>', 'look only at users who match this filter (default: at all)').argParser(
        parseJsonObjectOption,
      ),
    )
    .addOption(
      new Option('--max-missing <count>', 'touch nobody if more are missing: a number, or a share such as 5%')
        .argParser(parseMaxMissing)
        .default('10%'),
    )
    .option('--wait', 'wait for the tasks, and show their progress')
    .addHelpText(
      'after',
      '\nTry it with --dry-run first: it changes nothing, and says how many users would be touched.' +
        '\nA file with a row that cannot be read deactivates and deletes nobody.\n' +
        examples(
          'rollcall sync staff.csv --missing deactivate --dry-run',
          'rollcall sync staff.csv --missing deactivate --within \'{"role":"staff"}\' --max-missing 2% --wait',
        ),
    )
    .action(async (file: string, options: SyncCommandOptions, command: Command) => {
      await withClientUntilDone(command, context, async client => {
        await mustAnswer(client);
        const { result, errorFile } = await syncFile(client, { ...options, file }, context);
        if (errorFile) context.exitCode = EXIT_CODES.someFailed;
        const how = { ...options, errorFile };
        await new Printer(context.stdout).show(summaryOf(result, how), () => describe(result, how));
        if (options.wait) await waitFor(client, result.task_ids, context);
      });
    });
}

function parseMaxMissing(text: string): string {
  if (/^\d{1,9}$|^\d{1,3}(\.\d+)?%$/.test(text)) return text;
  throw new InvalidArgumentError('it takes a whole number of users, or a share such as 5%');
}

async function syncFile(
  client: ServerClient,
  options: SyncCommandOptions & { file: string },
  context: CommandContext,
): Promise<{ result: SyncResult; errorFile: string | undefined }> {
  const onNote = (note: string) => context.stderr.write(`note: ${terminalText(note)}\n`);
  const input = await openInput(options.file, { ...options, asText: options.csvText, onNote }, context);
  const errors = errorFileOf(input, options.errors, context);
  await errors.prepare({ keepToLine: 0 });
  const errorFile = errorFileName(errors.path, context);
  const lineOf = new WeakMap<object, number>();
  const progress = reportProgress(context.stderr, { noun: 'user' });
  const { missing, within, maxMissing = '10%' } = options;
  let refused = 0;
  const how = {
    missing,
    ...(within && { within }),
    max_missing: maxMissing.endsWith('%') ? (maxMissing as `${number}%`) : Number(maxMissing),
    concurrency: options.concurrency,
    signal: context.interrupted,
    ...(options.dryRun && { dry_run: true }),
    onProgress: ({ done, failed }: { done: number; failed: number }) => progress.update({ done, failed }),
    onError: ({ user, error }: { user: object; error: RollcallError }) => {
      refused += 1;
      errors.add(failedRow(lineOf.get(user) ?? 0, error, user as UpsertUserInput));
    },
  };
  try {
    const users = usersOf(input.rows, lineOf);
    const result = options.asIs
      ? await client.syncUsers(users as AsyncIterable<UserAsIs>, { ...how, as_is: true })
      : await client.syncUsers(users, how);
    return { result, errorFile: refused > 0 ? errorFile : undefined };
  } catch (error) {
    if (refused > 0) onNote(failedRowsText(refused, errorFile));
    if (context.interrupted.aborted)
      throw new RollcallError(
        'UNAVAILABLE',
        'the sync was interrupted; of the users who are not in the file, only those in a started task may have changed',
      );
    throw error;
  } finally {
    progress.stop();
    errors.close();
  }
}

/** A row that cannot be read may be anybody, so nobody can say who is missing: it ends everything. */
async function* usersOf(
  rows: AsyncIterable<Row>,
  lineOf: WeakMap<object, number>,
): AsyncGenerator<UpsertUserInput> {
  for await (const row of rows) {
    if ('problem' in row) {
      const { code, message, field } = row.problem;
      throw new RollcallError(code, `row ${row.line}: ${message}; nobody was deactivated or deleted`, {
        field,
      });
    }
    lineOf.set(row.user, row.line);
    yield row.user;
  }
}

async function waitFor(
  client: ServerClient,
  taskIds: readonly string[],
  context: CommandContext,
): Promise<void> {
  const printer = new Printer(context.stdout);
  for (const id of taskIds) {
    const task = await followTask(client.watchTask(id, { signal: context.interrupted }), context);
    context.exitCode = Math.max(context.exitCode, exitCodeOf(task)) as typeof context.exitCode;
    await printer.show(task, () => taskLines(task));
  }
}

interface Described extends SyncCommandOptions {
  /** The file that lists the refused users; absent when none was. */
  errorFile: string | undefined;
}

function summaryOf(result: SyncResult, { dryRun, errorFile }: Described) {
  const done = result.created + result.updated + result.unchanged;
  return {
    type: 'summary',
    done,
    ...result,
    ...(dryRun && { dry_run: true }),
    ...(errorFile && { errors: errorFile }),
  };
}

function describe(result: SyncResult, { dryRun, missing: way, errorFile }: Described): string[] {
  const { looked_at, missing, max_missing, failed, task_ids } = result;
  const verb = way === 'delete' ? 'deleted' : 'deactivated';
  const over =
    missing > max_missing ? `, which is above the ${formatCount(max_missing)} allowed: nobody would be` : '';
  return [
    `${dryRun ? 'a dry run, which changed nothing: ' : ''}${outcomeText(result)}`,
    ...(errorFile ? [failedRowsText(failed, errorFile)] : []),
    way === 'keep'
      ? 'users who are not in the file stay as they are'
      : `${formatCount(missing)} of ${formatCount(looked_at)} are not in the file${dryRun ? over || ` and would be ${verb}` : ` and are ${verb}`}`,
    ...task_ids.map(id => `started task ${id}; to follow it, run: rollcall tasks watch ${id}`),
  ];
}
