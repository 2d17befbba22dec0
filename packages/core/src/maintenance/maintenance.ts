import { setTimeout as sleep } from 'node:timers/promises';

const HOUR_MS = 60 * 60 * 1000;

/** Something that is looked after once an hour. A signal that aborts asks it to end early. */
export interface Chore {
  /** For the log, where it fails: "pruning the event log". */
  doing: string;
  run(signal: AbortSignal): Promise<unknown>;
}

/** Keeps data for as long as the settings say: does its chores at the start and once an hour. */
export class Retention {
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;

  constructor(chores: readonly Chore[], onError: (error: unknown, context: string) => void) {
    this.#running = this.#run(chores, onError);
  }

  /** Resolves when a chore that is under way has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(chores: readonly Chore[], onError: (error: unknown, context: string) => void): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      for (const { doing, run } of chores) {
        if (signal.aborted) return;
        await run(signal).catch((error: unknown) => onError(error, doing));
      }
      await sleep(HOUR_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
