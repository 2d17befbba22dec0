import { toRollcallError } from '@rollcall/client/server';
import { LIMITS, type RollcallEvent } from '@rollcall/protocol';
import { type Command, Option } from 'commander';
import type { CommandContext } from '../context.js';
import { examples } from '../options/examples.js';
import { wholeNumber } from '../options/option-values.js';
import { describeEvent } from '../output/describe-event.js';
import { Printer } from '../output/printer.js';
import { terminalText } from '../output/terminal-text.js';
import { withClient } from '../server-access.js';

interface HistoryOptions {
  by?: true;
  limit: number;
  json?: true;
}

/** `rollcall users history`: prints who changed what about a user and when, newest first. */
export function addUsersHistoryCommand(users: Command, context: CommandContext): void {
  users
    .command('history')
    .description('print who changed what about a user and when, newest first')
    .argument('<id>')
    .option('--by', 'also print what the user did to others')
    .addOption(
      new Option('--limit <count>', 'print at most this many events')
        .argParser(wholeNumber(1, Number.MAX_SAFE_INTEGER))
        .default(LIMITS.pageHistoryDefault),
    )
    .option('--json', 'print whole events as JSON lines, also on a terminal')
    .addHelpText('after', examples('rollcall users history jane --by --limit 100'))
    .action(async (user_id: string, options: HistoryOptions, command: Command) => {
      const printer = new Printer(context.stdout, options);
      await withClient(command, context, async client => {
        let left = options.limit;
        let next: string | undefined;
        do {
          const page = await client.api.users.history
            .query({
              user_id,
              by: options.by ?? false,
              limit: Math.min(left, LIMITS.pageHistory),
              ...(next !== undefined && { next }),
            })
            .catch(error => {
              throw toRollcallError(error);
            });
          for (const event of page.events) await printer.show(event, () => [historyLine(event)]);
          left -= page.events.length;
          next = page.next;
        } while (next !== undefined && left > 0);
      });
    });
}

/** One event on one line, with the actor who caused it. */
function historyLine(event: RollcallEvent): string {
  const { type, id } = event.actor;
  return `${describeEvent(event)}  ${terminalText(`by ${id === undefined ? `the ${type}` : id}`)}`;
}
