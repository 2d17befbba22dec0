import type { DirectoryMeter } from '../database/instruments.js';
import type { Job } from './plan-turn.js';
import { retryPauseMs } from './retry-schedule.js';
import type { Outcome } from './send-deliveries.js';

/** Counts the requests of a turn. */
export function countTries(outcomes: ReadonlyMap<Job, Outcome>, meter: DirectoryMeter | undefined): void {
  for (const one of outcomes.values()) {
    if (one.kind !== 'sent') continue;
    meter?.triedWebhook(one.isDelivered ? 'delivered' : 'failed', one.attempt.duration_ms);
  }
}

/** Counts the deliveries that ended with a turn which was stored. */
export function countEnded(outcomes: ReadonlyMap<Job, Outcome>, meter: DirectoryMeter | undefined): void {
  const counts = { delivered: 0, failed: 0, skipped: 0 };
  for (const [{ attempt }, one] of outcomes) {
    if (one.kind === 'skipped') counts.skipped += 1;
    else if (one.isDelivered) counts.delivered += 1;
    else if (retryPauseMs(attempt + 1) === undefined) counts.failed += 1;
  }
  for (const status of ['delivered', 'failed', 'skipped'] as const) {
    if (counts[status] > 0) meter?.endedDeliveries(status, counts[status]);
  }
}
