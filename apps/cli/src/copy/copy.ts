import { RollcallError } from '@rollcall/protocol';
import type { Command } from 'commander';
import { type CommandContext, EXIT_CODES } from '../context.js';
import { examples } from '../options/examples.js';
import { Printer } from '../output/printer.js';
import { alignCells, formatClock, formatCount, terminalText } from '../output/terminal-text.js';
import { CopyReporter, type CopyTimes } from './copy-reporter.js';

interface CopyCommandOptions {
  from: string;
  to?: string;
  wait: boolean;
  leaveOut: string[];
}

/** `rollcall copy`: copies an embedded installation to PostgreSQL. */
export function addCopyCommand(program: Command, context: CommandContext): void {
  program
    .command('copy')
    .description('copy an embedded installation to an empty PostgreSQL database, while its server runs')
    .requiredOption('--from <url>', 'the source: sqlite:<file> or better-sqlite3:<file>')
    .option('--to <url>', 'the target: postgres://… (default: ROLLCALL_DATABASE_URL)')
    .option('--no-wait', 'do not wait for the server to stop; end with exit code 1 if it still runs')
    .option('--leave-out <table...>', 'do not copy these tables, which do not belong to Rollcall', [])
    .addHelpText(
      'after',
      '\nThe command tells you when to stop the server of the source. Then it copies the rest and compares everything.' +
        '\nAfter that, start servers with ROLLCALL_DATABASE_URL set to the target and with the same ROLLCALL_SECRET.' +
        '\nROLLCALL_PRODUCTS names the products of the source. If the command ends early, run it again: it continues.\n' +
        examples('rollcall copy --from sqlite:./data/rollcall.sqlite --to postgres://localhost/rollcall'),
    )
    .action(async (options: CopyCommandOptions) => {
      const to = options.to || context.env.ROLLCALL_DATABASE_URL;
      if (!to) {
        const message = 'there is no target: give --to postgres://…, or set ROLLCALL_DATABASE_URL';
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

/** The result of a copy, as `copy` of the server package returns it. */
interface CopyReport {
  readonly finished: boolean;
  readonly tables: readonly { name: string; rows: number; checksum: string }[];
  readonly secret?: { file: string; keyIds: readonly (string | null)[] };
}

/** Enough of a checksum for a person to compare two. */
const SHOWN_DIGITS = 16;

/** The result of a copy, for a program. */
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

/** The result of a copy, for a person: the tables, the time, and what to do next. */
export function copyLines(report: CopyReport, times: CopyTimes): string[] {
  if (!report.finished) {
    return [
      'The copy is not finished. No server starts on the target yet.',
      'Next: stop the server of the source, and run the same command again. It continues where it stopped.',
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
    'Start the servers with ROLLCALL_DATABASE_URL set to the target. The source is unchanged: do not start a server on it again.',
  ];
}

function secretLines(secret: CopyReport['secret']): string[] {
  if (!secret) return ['Give the servers the ROLLCALL_SECRET of the old server, so that tokens stay valid.'];
  const keys = secret.keyIds.map(id => (id === null ? 'one without an id' : terminalText(id))).join(', ');
  return [
    `Set ROLLCALL_SECRET of the servers to the content of ${terminalText(secret.file)} (keys: ${keys}), so that tokens stay valid.`,
  ];
}

function rowsOf({ tables }: CopyReport): number {
  return tables.reduce((sum, { rows }) => sum + rows, 0);
}
