import { RollcallError } from '@rollcall/protocol';
import type { Command } from 'commander';
import { type CommandContext, EXIT_CODES } from '../context.js';
import { errorLine } from '../output/error-line.js';
import { Printer } from '../output/printer.js';

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

/** `rollcall migrate`: brings the database up to date without starting a server. */
export function addMigrateCommand(program: Command, context: CommandContext): void {
  program
    .command('migrate')
    .description('bring the schema of the configured database up to date, without starting a server')
    .action(async () => {
      const { loadConfig, migrate } = await import('@rollcall/server');
      const migrations = await migrate(loadConfig(serverEnvironment(context)));
      await new Printer(context.stdout).show({ migrations }, () =>
        migrations.length > 0 ? migrations.map(name => `applied ${name}`) : ['the schema is up to date'],
      );
    });
}

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

/** `rollcall check-config`: says what a server would run with, or everything that is wrong with it. */
export function addCheckConfigCommand(program: Command, context: CommandContext): void {
  program
    .command('check-config')
    .description('print the settings that a server would run with, or everything that is wrong with them')
    .action(async () => {
      const { describeConfig, loadConfig, loadProducts } = await import('@rollcall/server');
      try {
        const config = loadConfig(serverEnvironment(context));
        await loadProducts(config.products);
        context.stdout.write(describeConfig(config));
      } catch (error) {
        if (!(error instanceof RollcallError && error.issues)) throw error;
        for (const { code, message } of error.issues) {
          context.stderr.write(`${errorLine(new RollcallError(code, message))}\n`);
        }
        context.exitCode = EXIT_CODES.stopped;
      }
    });
}

/** Variables that only this command knows; the server would call them unknown settings. */
const OWN_VARIABLES = ['ROLLCALL_DEBUG'];

/** The environment as the server may see it. */
function serverEnvironment(context: CommandContext): CommandContext['env'] {
  return Object.fromEntries(Object.entries(context.env).filter(([name]) => !OWN_VARIABLES.includes(name)));
}
