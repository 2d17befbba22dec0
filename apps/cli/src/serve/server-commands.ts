import { RollcallError } from '@rollcall/protocol';
import type { Command } from 'commander';
import { type CommandContext, EXIT_CODES } from '../context.js';
import { examples } from '../options/examples.js';
import { errorLine } from '../output/error-line.js';
import { Printer } from '../output/printer.js';

/** `rollcall serve`: runs a server until a signal stops it. */
export function addServeCommand(program: Command, context: CommandContext): void {
  program
    .command('serve')
    .description('run a server until a signal stops it; ROLLCALL_* variables configure it')
    .addHelpText(
      'after',
      examples(
        'rollcall serve',
        'ROLLCALL_PORT=4700 ROLLCALL_DATABASE_URL=postgres://localhost/rollcall rollcall serve',
      ),
    )
    .action(async () => {
      // The server loads the database drivers. Imported here, it does not slow down the other commands.
      const { runServer } = await import('@rollcall/server');
      context.exitCode = await runServer(serverEnvironment(context));
    });
}

/** `rollcall migrate`: brings the schema of the database up to date, without starting a server. */
export function addMigrateCommand(program: Command, context: CommandContext): void {
  program
    .command('migrate')
    .description('bring the schema of the database up to date, without starting a server')
    .addHelpText('after', examples('ROLLCALL_DATABASE_URL=postgres://localhost/rollcall rollcall migrate'))
    .action(async () => {
      const { loadConfig, migrate } = await import('@rollcall/server');
      const migrations = await migrate(loadConfig(serverEnvironment(context)));
      await new Printer(context.stdout).show({ migrations }, () =>
        migrations.length > 0 ? migrations.map(name => `applied ${name}`) : ['the schema is up to date'],
      );
    });
}

/** `rollcall renew-log`: makes every listener read its data again, after a backup was restored. */
export function addRenewLogCommand(program: Command, context: CommandContext): void {
  program
    .command('renew-log')
    .description(
      'make every listener read its data again; run it once after data came back in another way than by `rollcall restore`',
    )
    .addHelpText('after', examples('ROLLCALL_DATABASE_URL=postgres://localhost/rollcall rollcall renew-log'))
    .action(async () => {
      const { loadConfig, renewLog } = await import('@rollcall/server');
      const position = await renewLog(loadConfig(serverEnvironment(context)));
      await new Printer(context.stdout).show({ position }, () => [
        `the event log continues under a new identity, from ${position}; every listener reads its data again`,
      ]);
    });
}

/** `rollcall check-config`: prints the settings that a server would run with, or all their errors. */
export function addCheckConfigCommand(program: Command, context: CommandContext): void {
  program
    .command('check-config')
    .description('print the settings that a server would run with, or all their errors')
    .addHelpText('after', examples('ROLLCALL_PORT=4700 rollcall check-config'))
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

/** Variables that only this command knows. The server would refuse them as unknown settings. */
const OWN_VARIABLES = ['ROLLCALL_DEBUG'];

/** The environment without the variables of this command. */
export function serverEnvironment(context: CommandContext): CommandContext['env'] {
  return Object.fromEntries(Object.entries(context.env).filter(([name]) => !OWN_VARIABLES.includes(name)));
}
