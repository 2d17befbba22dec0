import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { examples } from '../options/examples.js';
import { Printer } from '../output/printer.js';
import { terminalText } from '../output/terminal-text.js';
import { withClient } from '../server-access.js';

/** `rollcall blocks list`, `add` and `remove`: whom a user has blocked. */
export function addBlocksCommands(program: Command, context: CommandContext): void {
  const blocks = program
    .command('blocks')
    .description('show and change whom a user has blocked')
    .addHelpText('after', examples('rollcall blocks add jane john'));
  const printer = new Printer(context.stdout);

  blocks
    .command('list')
    .description('print whom a user has blocked, newest first')
    .argument('<id>')
    .addHelpText('after', examples('rollcall blocks list jane'))
    .action(async (id: string, _options: object, command: Command) => {
      const found = await withClient(command, context, client => client.getBlockedUsers(id));
      for (const block of found) {
        const since = new Date(block.created_at).toISOString();
        await printer.show(block, () => [terminalText(`${block.user_id}  since ${since}`)]);
      }
    });

  for (const name of ['add', 'remove'] as const) {
    blocks
      .command(name)
      .description(name === 'add' ? 'block users on behalf of a user' : 'unblock users on behalf of a user')
      .argument('<id>', 'the user who blocks')
      .argument('<blocked id...>')
      .addHelpText('after', examples(`rollcall blocks ${name} jane john mary`))
      .action(async (id: string, blocked: string[], _options: object, command: Command) => {
        const user = await withClient(command, context, async client => {
          let last: Awaited<ReturnType<typeof client.blockUser>> | undefined;
          for (const other of blocked) {
            last = name === 'add' ? await client.blockUser(other, id) : await client.unblockUser(other, id);
          }
          return last;
        });
        const ids = user?.blocked_user_ids ?? [];
        const list = ids.length === 0 ? 'nobody' : ids.join(', ');
        await printer.show({ id, blocked_user_ids: ids }, () => [terminalText(`${id} blocks ${list}`)]);
      });
  }
}
