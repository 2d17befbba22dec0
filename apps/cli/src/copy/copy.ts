import { RollcallError } from '@rollcall/protocol';
import type { Command } from 'commander';
import { type CommandContext, EXIT_CODES } from '../context.js';
import { Printer } from '../output/printer.js';
import { alignCells, formatClock, formatCount, terminalText } from '../output/terminal-text.js';
import { CopyReporter, type CopyTimes } from './copy-reporter.js';

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

/** What became of a copy, as the server's package tells it. */
interface CopyReport {
  readonly finished: boolean;
  readonly tables: readonly { name: string; rows: number; checksum: string }[];
  readonly secret?: { file: string; keyIds: readonly (string | null)[] };
}

/** So much of a checksum tells a person that two are the same. */
const SHOWN_DIGITS = 16;

/** The end of a copy for programs. */
export function copyJson(report: CopyReport, times: CopyTimes): object {
  return {
    type: 'copy',
    finished: report.finished,
    rows: rowsOf(report),
    elapsed_ms: Math.round(times.elapsedMs),
    ...(times.finishingMs !== undefined && { finishing_ms: Math.round(times.finishingMs) }),
    tables: report.tables.map(({ name, rows, checksum }) => ({ name, rows, checksum })),
    ...(report.secret && { secret: { file: report.secret.file, key_ids: report.secret.keyIds } }),
  };
}

/** The same for people. */
export function copyLines(report: CopyReport, times: CopyTimes): string[] {
  if (!report.finished) {
    return [
      'The copy is not finished, and no server starts on the target yet.',
      'What remains: stop the server of the source and run the same command again; it goes on where it stopped.',
    ];
  }
  const cells = report.tables.map(({ name, rows, checksum }) => [
    name,
    formatCount(rows),
    checksum.slice(0, SHOWN_DIGITS),
  ]);
  const took = `in ${formatClock(times.elapsedMs)}, ${formatClock(times.finishingMs ?? 0)} of it without a server`;
  return [
    ...alignCells([['TABLE', 'ROWS', 'CHECKSUM'], ...cells]),
    `copied and compared ${formatCount(rowsOf(report))} rows ${took}`,
    ...secretLines(report.secret),
    'Start the servers with ROLLCALL_DATABASE_URL of the target. The source is as it was: start no server on it any more.',
  ];
}

function secretLines(secret: CopyReport['secret']): string[] {
  if (!secret) return ['Give the servers the ROLLCALL_SECRET that the old one had: tokens stay good.'];
  const keys = secret.keyIds.map(id => (id === null ? 'one without a name' : terminalText(id))).join(', ');
  return [
    `Set ROLLCALL_SECRET of the servers to what is in ${terminalText(secret.file)} (keys: ${keys}): tokens stay good.`,
  ];
}

function rowsOf({ tables }: CopyReport): number {
  return tables.reduce((sum, { rows }) => sum + rows, 0);
}
