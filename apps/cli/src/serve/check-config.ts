import { RollcallError } from '@rollcall/protocol';
import type { Command } from 'commander';
import { type CommandContext, EXIT_CODES } from '../context.js';
import { errorLine } from '../output/error-line.js';
import { serverEnvironment } from './server-environment.js';

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
