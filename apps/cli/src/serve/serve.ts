import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { serverEnvironment } from './server-environment.js';

/** `rollcall serve`: runs a server until a signal ends it. */
export function addServeCommand(program: Command, context: CommandContext): void {
  program
    .command('serve')
    .description('run a server, configured by ROLLCALL_* variables, until a signal ends it')
    .action(async () => {
      // The server brings the database drivers with it; no other command has to wait for them.
      const { runServer } = await import('@rollcall/server');
      context.exitCode = await runServer(serverEnvironment(context));
    });
}
