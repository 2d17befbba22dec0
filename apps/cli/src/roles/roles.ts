import type { Role } from '@rollcall/protocol';
import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { examples } from '../options/examples.js';
import { Printer } from '../output/printer.js';
import { terminalText } from '../output/terminal-text.js';
import { withClient } from '../server-access.js';

/** `rollcall roles list`, `create` and `delete`. */
export function addRolesCommands(program: Command, context: CommandContext): void {
  const roles = program
    .command('roles')
    .description('show, create and delete roles')
    .addHelpText('after', examples('rollcall roles create editor'));
  const printer = new Printer(context.stdout);
  const show = (role: Role) => printer.show(role, () => [terminalText(role.name)]);

  roles
    .command('list')
    .description('print every role, built-in ones first')
    .addHelpText('after', examples('rollcall roles list'))
    .action(async (_options: object, command: Command) => {
      for (const role of await withClient(command, context, client => client.listRoles())) await show(role);
    });

  roles
    .command('create')
    .description('create roles; what a role may do is the setting grants')
    .argument('<name...>')
    .addHelpText('after', examples('rollcall roles create editor reviewer'))
    .action(async (names: string[], _options: object, command: Command) => {
      await withClient(command, context, async client => {
        for (const name of names) await show(await client.createRole(name));
      });
    });

  roles
    .command('delete')
    .description('delete a role that no user has')
    .argument('<name>')
    .addHelpText('after', examples('rollcall roles delete editor'))
    .action(async (name: string, _options: object, command: Command) => {
      await withClient(command, context, client => client.deleteRole(name));
      await printer.show({ deleted: name }, () => [`deleted the role ${terminalText(name)}`]);
    });
}
