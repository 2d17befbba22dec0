import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, release, totalmem } from 'node:os';

/** The value below which this share of the values lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** What was measured of one thing: where, how often, and how long it took. */
export interface Figure {
  name: string;
  where: 'server' | 'screen' | 'key to paint';
  tookMs: readonly number[];
  /** What p95 may be; undefined where nothing is promised. */
  barMs: number | undefined;
}

/** Figures as a table in Markdown. */
export function figureTable(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, where, tookMs, barMs }) => {
    const times = [percentile(tookMs, 0.5), percentile(tookMs, 0.95), Math.max(...tookMs)];
    return `| ${name} | ${where} | ${tookMs.length} | ${times.map(ms => Math.round(ms)).join(' | ')} | ${barMs ?? 'none'} |`;
  });
  return [
    '| milliseconds | where | times | p50 | p95 | most | bar for p95 |',
    '|---|---|---:|---:|---:|---:|---:|',
    ...rows,
  ].join('\n');
}

/** What it was measured on. */
export function machine(browser: string): string {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), ${memory} GiB, Linux ${release()}; Node ${process.versions.node}, Chromium ${browser}; commit ${commit}`;
}
