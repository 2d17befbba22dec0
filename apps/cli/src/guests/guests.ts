import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { examples } from '../options/examples.js';
import { Printer } from '../output/printer.js';
import { terminalText } from '../output/terminal-text.js';
import { withClient } from '../server-access.js';

/** `rollcall guests list`, `allow` and `refuse`. */
export function addGuestsCommands(program: Command, context: CommandContext): void {
  const guests = program
    .command('guests')
    .description('show guests, and let guests in or not')
    .addHelpText('after', examples('rollcall guests refuse'));
  const printer = new Printer(context.stdout);

  guests
    .command('list')
    .description('print the users who came in as guests, newest first')
    .addHelpText('after', examples('rollcall guests list'))
    .action(async (_options: object, command: Command) => {
      await withClient(command, context, async client => {
        const found = client.queryUsersAll({ role: 'guest' }, [{ field: 'created_at', direction: -1 }]);
        for await (const user of found) {
          const since = new Date(user.created_at).toISOString();
          await printer.show(user, () => [terminalText(`${user.id}  ${user.name ?? ''}  since ${since}`)]);
        }
      });
    });

  for (const [name, guests_enabled] of [
    ['allow', true],
    ['refuse', false],
  ] as const) {
    guests
      .command(name)
      .description(guests_enabled ? 'let guests come in without a token' : 'let no guests in any more')
      .addHelpText('after', examples(`rollcall guests ${name}`))
      .action(async (_options: object, command: Command) => {
        await withClient(command, context, client => client.updateAppSettings({ guests_enabled }));
        await printer.show({ guests_enabled }, () => [
          guests_enabled ? 'guests may come in' : 'guests may not come in; those who are in stay users',
        ]);
      });
  }
}
