import { busy } from './storage-error.js';
import type { LaneState } from './storage-state.js';

/** How much may wait for a reader. */
export interface WaitingLimits {
  /** Reads that wait at a time. */
  maxWaiting: number;
  /** How long one of them waits; default as long as it takes. */
  maxWaitMs?: number;
  /** Hears how long each read has waited when it begins. */
  begins?: ((waitMs: number) => void) | undefined;
}

interface Waiting<Reader> {
  begin(reader: Reader): void;
  refuse(error: Error): void;
}

/**
 * Readers that serve one queue: whichever is free takes what has waited longest, so a slow read holds up nothing while
 * another reader is idle. Of several the one is taken that was used last: it is open and warm. The queue is bounded in length and in time, so that reads cannot pile up without limit.
 */
export class ReaderPool<Reader> {
  readonly #limits: WaitingLimits;
  readonly #idle: Reader[];
  readonly #size: number;
  readonly #waiting = new Set<Waiting<Reader>>();
  #closed = false;
  #onIdle: () => void = () => undefined;

  constructor(readers: readonly Reader[], limits: WaitingLimits) {
    this.#idle = [...readers].reverse();
    this.#size = readers.length;
    this.#limits = limits;
  }

  /** How busy the readers are, and how many reads wait for one. */
  get state(): LaneState {
    const readers = this.#size;
    return { readers, busy: readers - this.#idle.length, waiting: this.#waiting.size };
  }

  /** @throws RollcallError `UNAVAILABLE` when too much waits, when it waited too long, and when the pool is closed. */
  async run<Result>(work: (reader: Reader) => Promise<Result>): Promise<Result> {
    const { begins } = this.#limits;
    const askedAt = begins ? performance.now() : 0;
    const reader = await this.#take();
    begins?.(performance.now() - askedAt);
    try {
      return await work(reader);
    } finally {
      this.#giveBack(reader);
    }
  }

  /** Refuses what waits and what comes. Resolves when the last work has ended. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const one of [...this.#waiting]) one.refuse(busy('the storage is closed'));
    if (this.#idle.length === this.#size) return;
    await new Promise<void>(resolve => {
      this.#onIdle = resolve;
    });
  }

  async #take(): Promise<Reader> {
    if (this.#closed) throw busy('the storage is closed');
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    const { maxWaiting, maxWaitMs } = this.#limits;
    if (this.#waiting.size >= maxWaiting) {
      throw busy(`too many calls are waiting: ${maxWaiting} may wait for the storage at a time`);
    }
    return new Promise<Reader>((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer);
        this.#waiting.delete(waiting);
      };
      const waiting: Waiting<Reader> = {
        begin: reader => {
          leave();
          resolve(reader);
        },
        refuse: error => {
          leave();
          reject(error);
        },
      };
      const timer =
        maxWaitMs === undefined
          ? undefined
          : setTimeout(
              () =>
                waiting.refuse(
                  busy(`other queries were running for the ${maxWaitMs / 1000} s that one may wait`),
                ),
              maxWaitMs,
            );
      this.#waiting.add(waiting);
    });
  }

  #giveBack(reader: Reader): void {
    const [next] = this.#waiting;
    if (next) next.begin(reader);
    else if (this.#idle.push(reader) === this.#size) this.#onIdle();
  }
}
