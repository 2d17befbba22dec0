/** How many may run and wait, and what refuses those beyond. */
export interface TurnLimits {
  running: number;
  waiting: number;
  waitMs: number;
  /** Why there is no place to wait. */
  tooMany(): Error;
  /** Why one that has waited for `waitMs` waits no longer. */
  tooLong(): Error;
  /** Why one whose caller has gone is not run. */
  gone(): Error;
}

/** Work of one caller that takes turns: some of it runs at once, the rest waits in the order in which it came. */
export class Turns {
  #running = 0;
  /** What waits, in order: each begins when it is called. */
  readonly #waiting: (() => void)[] = [];

  /** Whether nothing runs, so that nothing waits either. */
  get isIdle(): boolean {
    return this.#running === 0;
  }

  /**
   * Runs work when it is its turn.
   * @param signal says that the caller is gone: what still waits leaves the queue.
   */
  async run<Result>(work: () => Promise<Result>, limits: TurnLimits, signal?: AbortSignal): Promise<Result> {
    if (this.#running < limits.running) this.#running += 1;
    else if (this.#waiting.length >= limits.waiting) throw limits.tooMany();
    else await this.#turn(limits, signal);
    try {
      return await work();
    } finally {
      this.#passOn();
    }
  }

  /** Waits until work that ends hands its place over, so the number of those that run stays as it is. */
  async #turn({ waitMs, tooLong, gone }: TurnLimits, signal: AbortSignal | undefined): Promise<void> {
    let begin = (): void => undefined;
    let refuse: (error: Error) => void = () => undefined;
    const turn = new Promise<void>((resolve, reject) => {
      begin = resolve;
      refuse = reject;
    });
    const leave = () => refuse(gone());
    const timer = setTimeout(() => refuse(tooLong()), waitMs);
    this.#waiting.push(begin);
    signal?.addEventListener('abort', leave, { once: true });
    if (signal?.aborted) leave();
    try {
      await turn;
    } catch (error) {
      const place = this.#waiting.indexOf(begin);
      // What was called in the same moment has a place already, which goes to the next.
      if (place >= 0) this.#waiting.splice(place, 1);
      else this.#passOn();
      throw error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', leave);
    }
  }

  /** The next one begins after everything else that the event loop has to do now, such as the calls of others. */
  #passOn(): void {
    const next = this.#waiting.shift();
    if (next) setImmediate(next);
    else this.#running -= 1;
  }
}
