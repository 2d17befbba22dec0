/** A clock that a test moves: every transaction of a database that was opened with it takes its moment from here. */
export class TestClock {
  /** Epoch milliseconds. */
  now: number;
  readonly #stepMs: number;

  /** @param stepMs how far it goes on by itself with every look; by default it stands still. */
  constructor(now: number, stepMs = 0) {
    this.now = now;
    this.#stepMs = stepMs;
  }

  readonly read = (): number => {
    this.now += this.#stepMs;
    return this.now;
  };
}
