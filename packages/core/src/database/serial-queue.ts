import { busy } from './storage-error.js';

/**
 * Runs work one after another, in the order in which it came. The queue is bounded: past `maxWaiting` it refuses further
 * work at once, so that work cannot pile up without limit while the storage is slow.
 */
export class SerialQueue {
  readonly #maxWaiting: number;
  #waiting = 0;
  #isRunning = false;
  #tail: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(maxWaiting: number) {
    this.#maxWaiting = maxWaiting;
  }

  /** How much work waits or runs. */
  get length(): number {
    return this.#waiting;
  }

  /** How much work waits. */
  get waiting(): number {
    return this.#isRunning ? this.#waiting - 1 : this.#waiting;
  }

  /** @throws RollcallError `UNAVAILABLE` when too much work waits, or the queue is closed. */
  run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#closed) return Promise.reject(busy('the storage is closed'));
    if (this.#waiting >= this.#maxWaiting) return Promise.reject(busy('too many calls are waiting'));
    this.#waiting += 1;
    const result = this.#tail.then(() => {
      this.#isRunning = true;
      return work();
    });
    this.#tail = result.then(
      () => this.#finish(),
      () => this.#finish(),
    );
    return result;
  }

  /** Refuses further work. Resolves when the last work has ended. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#tail;
  }

  #finish(): void {
    this.#waiting -= 1;
    this.#isRunning = false;
  }
}
