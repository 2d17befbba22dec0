import { setTimeout as sleep } from 'node:timers/promises';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { readSettings } from '../settings/settings.js';
import { pruneLog } from './prune-log.js';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

/** Keeps the event log as long as the setting `event_retention_days` says: looks at it once an hour. */
export class EventRetention {
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;

  constructor(
    unitOfWork: UnitOfWork,
    clock: () => number,
    onError: (error: unknown, context: string) => void,
  ) {
    this.#running = this.#run(unitOfWork, clock, onError);
  }

  /** Resolves when a pruning that is under way has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(
    unitOfWork: UnitOfWork,
    clock: () => number,
    onError: (error: unknown, context: string) => void,
  ): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        const { event_retention_days: days } = await unitOfWork.read(readSettings);
        await pruneLog(unitOfWork, clock() - days * DAY_MS, signal);
      } catch (error) {
        onError(error, 'pruning the event log');
      }
      await sleep(HOUR_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
