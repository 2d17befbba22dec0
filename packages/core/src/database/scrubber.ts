import type { UnitOfWork } from './unit-of-work.js';

/** Deletions that follow each other closer than this are scrubbed together. */
const QUIET_MS = 2000;

/** Has the storage scrubbed some moments after the last deletion for good. */
export class Scrubber {
  readonly #unitOfWork: UnitOfWork;
  readonly #onError: (error: unknown, context: string) => void;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(unitOfWork: UnitOfWork, onError: (error: unknown, context: string) => void) {
    this.#unitOfWork = unitOfWork;
    this.#onError = onError;
  }

  /** Says that something was deleted for good. */
  ring(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#run(), QUIET_MS);
  }

  /** Does what is still to be done. */
  async close(): Promise<void> {
    if (this.#timer) this.#run();
    await this.#running;
  }

  #run(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#running = this.#running.then(() => this.#scrub());
  }

  async #scrub(): Promise<void> {
    try {
      if (await this.#unitOfWork.scrub()) return;
      const what = 'the database file is too large to be written anew while it is in use';
      this.#onError(
        new Error(`${what}: run VACUUM on it when the server is stopped`),
        'overwriting what was deleted',
      );
    } catch (error) {
      this.#onError(error, 'overwriting what was deleted');
    }
  }
}
