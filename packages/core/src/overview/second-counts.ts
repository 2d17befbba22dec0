const SECONDS = 60;

/** Counts something by the second, for the last minute. It costs an addition, and holds sixty numbers. */
export class SecondCounts {
  readonly #clock: () => number;
  /** When it began to count, epoch milliseconds. */
  readonly since: number;
  /** The counts of the last seconds and of the present one, each at its second modulo their number. */
  readonly #counts = new Array<number>(SECONDS + 1).fill(0);
  #second: number;

  /** @param clock epoch milliseconds. */
  constructor(clock: () => number = Date.now) {
    this.#clock = clock;
    this.since = clock();
    this.#second = Math.floor(this.since / 1000);
  }

  add(count = 1): void {
    this.#advance();
    const place = this.#second % this.#counts.length;
    this.#counts[place] = (this.#counts[place] ?? 0) + count;
  }

  /** The counts of the last 60 whole seconds, the oldest first; the present one is not over. */
  get lastMinute(): number[] {
    this.#advance();
    const places = this.#counts.length;
    return Array.from(
      { length: SECONDS },
      (_, index) => this.#counts[(this.#second + 1 + index) % places] ?? 0,
    );
  }

  /** How many there were a second in the last minute, or since it began. */
  get perSecond(): number {
    const lastMinute = this.lastMinute;
    const seconds = Math.min(SECONDS, this.#second - Math.floor(this.since / 1000));
    return seconds > 0 ? lastMinute.reduce((sum, count) => sum + count, 0) / seconds : 0;
  }

  /** Empties the seconds in which nothing was counted. A clock that was set back goes on where it was. */
  #advance(): void {
    const now = Math.floor(this.#clock() / 1000);
    const passed = Math.min(now - this.#second, this.#counts.length);
    for (let second = 0; second < passed; second++) {
      this.#counts[(now - second) % this.#counts.length] = 0;
    }
    if (passed > 0) this.#second = now;
  }
}
