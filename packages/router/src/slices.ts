/** Work on one thread that gives way to everybody else: after this time the event loop gets its turn. */
const SLICE_MS = 5;

/**
 * Shares the thread between long work and everything else. All who work in slices share the same ones: together they work
 * for 5 ms at most, then the event loop handles what has come, and the next one in the queue goes on.
 */
export class Slices {
  #beganAt: number | undefined;
  readonly #waiting: (() => void)[] = [];

  /** Ask before each piece of work. @returns what to wait for first; undefined when there is time left. */
  turn(): Promise<void> | undefined {
    if (this.#beganAt === undefined) {
      this.#begin();
      return undefined;
    }
    if (performance.now() - this.#beganAt < SLICE_MS) return undefined;
    return new Promise(resolve => this.#waiting.push(resolve));
  }

  #begin(): void {
    this.#beganAt = performance.now();
    setImmediate(() => {
      this.#beganAt = undefined;
      const next = this.#waiting.shift();
      if (!next) return;
      this.#begin();
      next();
    });
  }
}
