import { RollcallError } from '@rollcall/protocol';
import type { Command } from 'commander';
import { type CommandContext, EXIT_CODES } from '../context.js';
import { Printer } from '../output/printer.js';
import { CopyReporter } from './copy-reporter.js';
import { copyJson, copyLines } from './describe-copy.js';

interface CopyCommandOptions {
  from: string;
  to?: string;
  wait: boolean;
  leaveOut: string[];
}

/** `rollcall copy`: moves an embedded installation to PostgreSQL. */
export function addCopyCommand(program: Command, context: CommandContext): void {
  program
    .command('copy')
    .description('copy an embedded installation to an empty PostgreSQL database, while its server runs')
    .requiredOption('--from <url>', 'where the data is: sqlite:<file> or better-sqlite3:<file>')
    .option('--to <url>', 'where it goes: postgres://… (default: ROLLCALL_DATABASE_URL)')
    .option('--no-wait', 'copy what there is and end, with exit code 1 while a server has the source')
    .option('--leave-out <table...>', 'tables of the source that are not of Rollcall and stay behind', [])
    .addHelpText(
      'after',
      '\nIt says when to stop the server of the source, then copies the rest, compares everything and ends; servers with' +
        '\nROLLCALL_DATABASE_URL of the target and the same ROLLCALL_SECRET may start then. ROLLCALL_PRODUCTS names the products' +
        '\nthat the source has. When it was ended before, by whatever, the same command goes on where it stopped.',
    )
    .action(async (options: CopyCommandOptions) => {
      const to = options.to || context.env.ROLLCALL_DATABASE_URL;
      if (!to) {
        const message = 'where to copy to is not said: give --to postgres://…, or set ROLLCALL_DATABASE_URL';
        throw new RollcallError('INPUT_INVALID', message, { field: 'to' });
      }
      const { copy, loadConfig } = await import('@rollcall/server');
      const { products } = loadConfig({ ROLLCALL_PRODUCTS: context.env.ROLLCALL_PRODUCTS });
      const reporter = new CopyReporter(context.stderr, options.from);
      try {
        const report = await copy({
          ...options,
          to,
          products,
          signal: context.interrupted,
          onProgress: progress => reporter.update(progress),
        });
        const times = reporter.stop();
        await new Printer(context.stdout).show(copyJson(report, times), () => copyLines(report, times));
        if (!report.finished) {
          context.exitCode = context.interrupted.aborted ? EXIT_CODES.stopped : EXIT_CODES.someFailed;
        }
      } finally {
        reporter.stop();
      }
    });
}
