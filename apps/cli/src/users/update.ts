import { type JsonValue, RollcallError } from '@rollcall/protocol';
import { type Command, Option } from 'commander';
import type { CommandContext } from '../context.js';
import { collectAssignment } from '../options/assignments.js';
import { Printer } from '../output/printer.js';
import { withClient } from '../with-client.js';
import { userLines } from './describe-user.js';

interface UpdateOptions {
  set?: Record<string, JsonValue>;
  unset?: string[];
}

/** `rollcall users update`: changes parts of one user. */
export function addUsersUpdateCommand(users: Command, context: CommandContext): void {
  users
    .command('update')
    .description('change parts of one user')
    .argument('<id>')
    .addOption(
      new Option(
        '--set <path=value...>',
        'such as role=admin custom.age=41; a value is JSON or plain text',
      ).argParser(collectAssignment),
    )
    .option('--unset <path...>', 'such as image custom.age')
    .action(async (id: string, { set, unset }: UpdateOptions, command: Command) => {
      if (!set && !unset) {
        throw new RollcallError('INPUT_INVALID', 'nothing to change: give --set path=value or --unset path');
      }
      const update = { id, ...(set && { set }), ...(unset && { unset }) };
      const { users: changed } = await withClient(command, context, client =>
        client.partialUpdateUsers([update]),
      );
      const user = changed[id];
      if (user) await new Printer(context.stdout).show(user, () => userLines(user));
    });
}
