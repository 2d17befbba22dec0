import { formatClock, formatCount } from '../output/format.js';
import { alignCells, terminalText } from '../output/terminal-text.js';
import type { CopyTimes } from './copy-reporter.js';

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
