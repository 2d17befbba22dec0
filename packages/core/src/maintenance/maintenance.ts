import { setTimeout as sleep } from 'node:timers/promises';
import type { AppSettings } from '@rollcall/protocol';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { pruneKeptAnswers } from '../idempotency/remove-kept-answers.js';
import type { LifeCycle } from '../life-cycle/life-cycle.js';
import { readSettings } from '../settings/settings.js';
import { pruneDeliveries, pruneOrphans } from '../webhooks/prune-deliveries.js';
import { dropOldExports, pruneLog, pruneTasks, purgeDeletedUsers } from './retention.js';

const HOUR_MS = 60 * 60 * 1000;

/** Something that is done once an hour. It ends early when the signal aborts. */
export interface MaintenanceStep {
  /** What it does, for the log when it fails: "pruning the event log". */
  doing: string;
  run(signal: AbortSignal): Promise<unknown>;
}

/** Deletes data that is older than the settings say: takes its steps at the start and once an hour. */
export class Maintenance {
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;

  constructor(steps: readonly MaintenanceStep[], onError: (error: unknown, context: string) => void) {
    this.#running = this.#run(steps, onError);
  }

  /** Takes no further step, and resolves when the step under way has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(
    steps: readonly MaintenanceStep[],
    onError: (error: unknown, context: string) => void,
  ): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      for (const { doing, run } of steps) {
        if (signal.aborted) return;
        await run(signal).catch((error: unknown) => onError(error, doing));
      }
      await sleep(HOUR_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** The steps of a directory: old events, files of exports, ended tasks, deliveries of webhooks, idempotency keys, and users who were deleted long ago. */
export function maintenanceSteps(unitOfWork: UnitOfWork, lifeCycle: LifeCycle): readonly MaintenanceStep[] {
  const daysAgo = (daysOf: (settings: AppSettings) => number) =>
    unitOfWork.read(async transaction => transaction.now - daysOf(await readSettings(transaction)) * DAY_MS);
  return [
    {
      doing: 'pruning the event log',
      run: async signal => {
        await pruneLog(unitOfWork, await daysAgo(settings => settings.event_retention_days), signal);
      },
    },
    {
      doing: 'removing the files of old exports',
      run: signal => dropOldExports(unitOfWork, signal),
    },
    {
      doing: 'removing old tasks',
      run: async signal => {
        await pruneTasks(unitOfWork, await daysAgo(settings => settings.task_retention_days), signal);
      },
    },
    {
      doing: 'removing old deliveries of webhooks',
      run: async signal => {
        await pruneDeliveries(unitOfWork, signal);
        await pruneOrphans(unitOfWork, signal);
      },
    },
    {
      doing: 'removing old idempotency keys',
      run: signal => pruneKeptAnswers(unitOfWork, signal),
    },
    {
      doing: 'purging deleted users',
      run: async signal => {
        const before = await daysAgo(
          settings => settings.purge_deleted_users_days ?? Number.POSITIVE_INFINITY,
        );
        if (Number.isFinite(before)) await purgeDeletedUsers({ unitOfWork, lifeCycle }, before, signal);
      },
    },
  ];
}
