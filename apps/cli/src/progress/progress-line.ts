import { formatClock, formatCount } from '../output/format.js';
import type { PacedProgress } from './pace.js';

/** The parts of a progress line beside the bar: `1,200 users, 640 a second, 2 failed, 0:31 left`. */
export function progressText(progress: PacedProgress, noun: string): string {
  const parts = [`${formatCount(progress.done)} ${noun}`, `${formatCount(progress.rate)} a second`];
  if (progress.failed > 0) parts.push(`${formatCount(progress.failed)} failed`);
  if (progress.leftMs !== undefined) parts.push(`${formatClock(progress.leftMs)} left`);
  return parts.join(', ');
}

/** One line of progress for programs. */
export function progressJson(progress: PacedProgress): string {
  return JSON.stringify({
    type: 'progress',
    done: progress.done,
    failed: progress.failed,
    rate: Math.round(progress.rate),
    elapsed_ms: Math.round(progress.elapsedMs),
    ...(progress.fraction !== undefined && { fraction: Number(progress.fraction.toFixed(4)) }),
    ...(progress.leftMs !== undefined && { left_ms: Math.round(progress.leftMs) }),
  });
}
