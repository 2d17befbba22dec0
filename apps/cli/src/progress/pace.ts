/** How far some work has got. */
export interface Progress {
  /** Items that succeeded. */
  done: number;
  failed: number;
  /** The part of the work that is done, from 0 to 1; absent while the size of the whole is unknown. */
  fraction?: number;
}

/** Progress with its rate and times. */
export interface PacedProgress extends Progress {
  /** Items a second, over the last ten seconds. */
  rate: number;
  elapsedMs: number;
  /** An estimate; absent while there is nothing to base it on. */
  leftMs?: number;
}

/** The rate covers the last ten seconds: long enough to be steady, short enough to show a change. */
const WINDOW_MS = 10_000;

/** Computes rate and time left from a series of states. */
export class Pace {
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #samples: { at: number; count: number }[] = [];
  #first: { fraction: number; elapsedMs: number } | undefined;

  constructor(now: () => number) {
    this.#now = now;
    this.#startedAt = now();
    this.#samples.push({ at: this.#startedAt, count: 0 });
  }

  /** Adds a state, and returns it with its rate and times. */
  add(progress: Progress): PacedProgress {
    const at = this.#now();
    const elapsedMs = at - this.#startedAt;
    const count = progress.done + progress.failed;
    this.#samples.push({ at, count });
    while (this.#samples.length > 2 && at - (this.#samples[1]?.at ?? at) >= WINDOW_MS) this.#samples.shift();
    const oldest = this.#samples[0] ?? { at, count };
    const rate = at > oldest.at ? ((count - oldest.count) * 1000) / (at - oldest.at) : 0;
    return { ...progress, rate, elapsedMs, ...this.#left(progress.fraction, elapsedMs) };
  }

  /** Resumed work began at its first fraction, and at the time of that, not at zero. */
  #left(fraction: number | undefined, elapsedMs: number): { leftMs?: number } {
    if (fraction === undefined) return {};
    this.#first ??= { fraction, elapsedMs };
    const done = fraction - this.#first.fraction;
    if (fraction >= 1) return { leftMs: 0 };
    return done > 0 ? { leftMs: ((elapsedMs - this.#first.elapsedMs) * (1 - fraction)) / done } : {};
  }
}
