import type { DirectoryMeter } from '@rollcall/core';
import type { CallOutcome, RouterMeter } from '@rollcall/router';
import type { MetricsRegistry } from './registry.js';

const NONE = {};

/** Writes what the directory tells into the metrics. */
export function directoryMeter(metrics: MetricsRegistry): DirectoryMeter {
  return {
    wrote: ({ outcome, waitMs, heldMs, commitMs }) => {
      metrics.count('rollcall_writes_total', { outcome });
      metrics.observe('rollcall_write_wait_seconds', NONE, waitMs);
      metrics.observe('rollcall_write_seconds', NONE, heldMs);
      if (commitMs !== undefined) metrics.observe('rollcall_commit_seconds', NONE, commitMs);
    },
    writesAgain: () => metrics.count('rollcall_write_retries_total', NONE),
    reads: (lane, waitMs) => metrics.observe('rollcall_read_wait_seconds', { lane }, waitMs),
    readsAtReplica: outcome => metrics.count('rollcall_replica_reads_total', { outcome }),
    stoppedQuery: reason => metrics.count('rollcall_queries_stopped_total', { reason }),
    logged: events => metrics.count('rollcall_events_logged_total', NONE, events),
    stepped: (type, { outcome, ms }) => {
      metrics.count('rollcall_task_steps_total', { type, outcome });
      metrics.observe('rollcall_task_step_seconds', { type }, ms);
    },
    ended: (type, status) => metrics.count('rollcall_tasks_ended_total', { type, status }),
    triedWebhook: (outcome, ms) => {
      metrics.count('rollcall_webhook_tries_total', { outcome });
      metrics.observe('rollcall_webhook_try_seconds', NONE, ms);
    },
    endedDeliveries: (status, count) =>
      metrics.count('rollcall_webhook_deliveries_ended_total', { status }, count),
  };
}

/** Counts a call that has ended. */
export function countCall(
  metrics: MetricsRegistry,
  { procedure, outcome }: { procedure: string; outcome: CallOutcome },
): void {
  metrics.count('rollcall_calls_total', { procedure, outcome });
  if (outcome !== 'ok') metrics.count('rollcall_failed_calls_total', { fault: FAULTS[outcome] ?? 'caller' });
}

/** Whose fault an error is that is not the caller's. */
const FAULTS: Partial<Record<CallOutcome, 'storage' | 'server'>> = {
  UNAVAILABLE: 'storage',
  INTERNAL: 'server',
};

/** Writes what the router tells into the metrics. */
export function routerMeter(metrics: MetricsRegistry): RouterMeter {
  return {
    called: ({ procedure, type, outcome, ms }) => {
      countCall(metrics, { procedure, outcome });
      if (type !== 'subscription') metrics.observe('rollcall_call_seconds', { procedure }, ms);
    },
    paged: at => metrics.observe('rollcall_event_lag_seconds', NONE, Date.now() - at),
    overBudget: budget => metrics.count('rollcall_budget_refusals_total', { budget }),
    tooSlow: () => metrics.count('rollcall_too_slow_closes_total', NONE),
  };
}
