import { withTimeout } from '../with-timeout.js';

/** What is known of a state that costs something to read. */
export interface KnownState<State> {
  /** Absent until it was read once. */
  state?: State;
  /** How long ago it was read, in milliseconds; since the start when it never was. */
  ageMs: number;
}

/**
 * A state that is read at most once in a while, however often it is asked for, and that holds nobody up for longer than a
 * moment: when its source does not answer, those who ask get what was read last.
 */
export class KeptState<State> {
  readonly #read: () => Promise<State>;
  readonly #keptMs: number;
  readonly #mostWaitMs: number;
  #state: State | undefined;
  #readAt: number;
  #beganAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  /** @param options `keptMs`: how long it is good for; `mostWaitMs`: how long one who asks waits. */
  constructor(read: () => Promise<State>, options: { keptMs: number; mostWaitMs: number }) {
    this.#read = read;
    this.#keptMs = options.keptMs;
    this.#mostWaitMs = options.mostWaitMs;
    this.#readAt = performance.now();
  }

  /** It never rejects. */
  async get(): Promise<KnownState<State>> {
    const isOld = performance.now() - this.#beganAt >= this.#keptMs;
    // One that hangs is not joined by a second one.
    if (isOld) this.#reading ??= this.#renew();
    if (this.#reading) await withTimeout(this.#reading, this.#mostWaitMs);
    const ageMs = performance.now() - this.#readAt;
    return this.#state === undefined ? { ageMs } : { state: this.#state, ageMs };
  }

  async #renew(): Promise<void> {
    this.#beganAt = performance.now();
    try {
      this.#state = await this.#read();
      this.#readAt = performance.now();
    } catch {
      // Its age says so.
    } finally {
      this.#reading = undefined;
    }
  }
}
