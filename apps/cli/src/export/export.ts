import type { Filter, User } from '@rollcall/protocol';
import { type Command, Option } from 'commander';
import { type CommandContext, EXIT_CODES } from '../context.js';
import { examples } from '../options/examples.js';
import { parseJsonObjectOption } from '../options/option-values.js';
import { writeFileAtomically } from '../output/atomic-file.js';
import { Printer } from '../output/printer.js';
import { countOf, terminalText } from '../output/terminal-text.js';
import { reportProgress } from '../progress/reporter.js';
import { withClientUntilDone } from '../server-access.js';

interface ExportOptions {
  filter?: Filter;
  activeOnly?: true;
}

/** `rollcall export`: writes all users as NDJSON, ordered by id, in constant memory. */
export function addExportCommand(program: Command, context: CommandContext): void {
  program
    .command('export')
    .description('write all users as NDJSON, ordered by id')
    .argument('[file]', 'write to this file; - is standard output', '-')
    .addOption(
      new Option('--filter <json>', 'only users that match this filter').argParser(parseJsonObjectOption),
    )
    .option('--active-only', 'leave out deactivated users')
    .addHelpText(
      'after',
      examples(
        'rollcall export users.ndjson',
        'rollcall export admins.ndjson --filter \'{"role":"admin"}\' --active-only',
      ),
    )
    .action(async (file: string, options: ExportOptions, command: Command) => {
      const exported = await withClientUntilDone(command, context, async client => {
        const users = client.queryUsersAll(options.filter ?? {}, [{ field: 'id', direction: 1 }], {
          include_deactivated_users: !options.activeOnly,
        });
        return file === '-'
          ? writeUsers(users, new Printer(context.stdout, { json: true }), context)
          : writeFileAtomically(file, context, stream =>
              writeUsers(users, new Printer(stream, { json: true }), context),
            );
      });
      if (context.interrupted.aborted) context.exitCode = EXIT_CODES.stopped;
      else if (file !== '-') {
        await new Printer(context.stdout).show({ type: 'summary', done: exported, file }, () => [
          `exported ${countOf(exported, 'user')} to ${terminalText(file)}`,
        ]);
      }
    });
}

async function writeUsers(
  users: AsyncIterable<User>,
  printer: Printer,
  context: CommandContext,
): Promise<number> {
  const progress = reportProgress(context.stderr, { noun: 'user' });
  let done = 0;
  try {
    for await (const user of users) {
      if (context.interrupted.aborted) break;
      await printer.json(user);
      done++;
      progress.update({ done, failed: 0 });
    }
  } finally {
    progress.stop();
  }
  return done;
}
