/** A clock that a test moves. Every transaction of a database that was opened with it takes its time from here. */
export class TestClock {
  /** Epoch milliseconds. */
  now: number;
  readonly #stepMs: number;

  /** @param stepMs how far it advances with every read. By default it stands still. */
  constructor(now: number, stepMs = 0) {
    this.now = now;
    this.#stepMs = stepMs;
  }

  readonly read = (): number => {
    this.now += this.#stepMs;
    return this.now;
  };
}
