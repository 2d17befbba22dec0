/** How far some work is. */
export interface Progress {
  /** Finished well. */
  done: number;
  failed: number;
  /** How much of the whole is behind us, from 0 to 1; absent while nobody knows how much there is. */
  fraction?: number;
}

/** Progress as it is shown. */
export interface PacedProgress extends Progress {
  /** A second, over the last moments. */
  rate: number;
  elapsedMs: number;
  /** Estimated; absent while there is nothing to estimate from. */
  leftMs?: number;
}

/** The rate is that of the last ten seconds: long enough to be calm, short enough to show a change. */
const WINDOW_MS = 10_000;

/** Tells rate and time left from a series of states. */
export class Pace {
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #samples: { at: number; count: number }[] = [];
  #firstFraction: number | undefined;

  constructor(now: () => number) {
    this.#now = now;
    this.#startedAt = now();
    this.#samples.push({ at: this.#startedAt, count: 0 });
  }

  /** Takes note of a state and says what it means. */
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

  /** Work that was resumed began at its first fraction, not at nothing. */
  #left(fraction: number | undefined, elapsedMs: number): { leftMs?: number } {
    if (fraction === undefined) return {};
    this.#firstFraction ??= fraction;
    const behind = fraction - this.#firstFraction;
    if (fraction >= 1) return { leftMs: 0 };
    return behind > 0 ? { leftMs: (elapsedMs * (1 - fraction)) / behind } : {};
  }
}
