import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { Printer } from '../output/printer.js';
import { serverEnvironment } from './server-environment.js';

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
