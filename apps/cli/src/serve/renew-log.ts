import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { Printer } from '../output/printer.js';
import { serverEnvironment } from './server-environment.js';

/** `rollcall renew-log`: tells every listener to read afresh, after a backup was restored. */
export function addRenewLogCommand(program: Command, context: CommandContext): void {
  program
    .command('renew-log')
    .description(
      'after a backup of the configured database was restored: tell every listener, once, to read afresh',
    )
    .action(async () => {
      const { loadConfig, renewLog } = await import('@rollcall/server');
      const position = await renewLog(loadConfig(serverEnvironment(context)));
      await new Printer(context.stdout).show({ position }, () => [
        `the log goes on as another one, from ${position}; listeners with older positions read afresh`,
      ]);
    });
}
