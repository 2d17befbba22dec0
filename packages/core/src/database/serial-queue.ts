import { RollcallError } from '@rollcall/protocol';

/**
 * Runs jobs one after another, in the order they came. It is bounded: past `maxWaiting` a job is refused at once, so
 * that a storage that has become slow cannot pile up work without limit.
 */
export class SerialQueue {
  readonly #maxWaiting: number;
  #waiting = 0;
  #tail: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(maxWaiting: number) {
    this.#maxWaiting = maxWaiting;
  }

  /** How many jobs wait or run: the measure by which a caller picks the shortest queue. */
  get length(): number {
    return this.#waiting;
  }

  /** @throws RollcallError `UNAVAILABLE` when too many jobs wait, or the queue is closed. */
  run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#closed) return Promise.reject(refused('the storage is closed'));
    if (this.#waiting >= this.#maxWaiting) return Promise.reject(refused('too many calls are waiting'));
    this.#waiting += 1;
    const result = this.#tail.then(work);
    this.#tail = result.then(
      () => this.#finish(),
      () => this.#finish(),
    );
    return result;
  }

  /** Refuses further jobs and resolves when the last one has ended. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#tail;
  }

  #finish(): void {
    this.#waiting -= 1;
  }
}

function refused(reason: string): RollcallError {
  return new RollcallError('UNAVAILABLE', `${reason}; nothing was changed, try again later`, {
    retry_after: 1,
  });
}
