import { type Filter, LIMITS } from '@rollcall/protocol';
import { type Command, Option } from 'commander';
import type { CommandContext } from '../context.js';
import { examples } from '../options/examples.js';
import { parseJsonObjectOption, wholeNumber } from '../options/option-values.js';
import { Printer } from '../output/printer.js';
import { withClient } from '../server-access.js';

interface CountOptions {
  filter?: Filter;
  upTo: number;
  includeDeactivated?: true;
}

/** `rollcall users count`: prints how many users match a filter, and whether there are more than it counts. */
export function addUsersCountCommand(users: Command, context: CommandContext): void {
  users
    .command('count')
    .description('print how many users match a filter')
    .addOption(
      new Option('--filter <json>', 'such as {"role":"admin"} (default: all users)').argParser(
        parseJsonObjectOption,
      ),
    )
    .addOption(
      new Option('--up-to <count>', 'count no further: what many match takes long to count')
        .argParser(wholeNumber(1, LIMITS.serverCountUpTo))
        .default(LIMITS.serverCountUpTo),
    )
    .option('--include-deactivated', 'also count deactivated users')
    .addHelpText(
      'after',
      examples('rollcall users count --filter \'{"teams":{"$contains":"red"}}\' --up-to 1000'),
    )
    .action(async ({ filter, upTo, includeDeactivated }: CountOptions, command: Command) => {
      const answer = await withClient(command, context, client =>
        client.countUsers(filter ?? {}, {
          up_to: upTo,
          include_deactivated_users: includeDeactivated ?? false,
        }),
      );
      const { count, more } = answer;
      await new Printer(context.stdout).show(answer, () => [
        `${count.toLocaleString('en')}${more ? '+' : ''}`,
      ]);
    });
}
