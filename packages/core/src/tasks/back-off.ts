/** How many times a step is tried before its task has failed. */
export const MAX_TRIES = 5;

/** How long the pauses between tries grow. */
export interface BackOff {
  /** The longest pause after the first try; it doubles with every further one. */
  baseMs: number;
  /** No pause is longer. */
  capMs: number;
}

/** The pauses of a server. */
export const DEFAULT_BACK_OFF: BackOff = { baseMs: 1000, capMs: 60_000 };

/**
 * The pause before the next try, in whole milliseconds: anything from none to a limit that doubles with every try (full
 * jitter), so that tasks that failed together do not come back together.
 * @param tries how many tries there have been, from 1.
 * @param random from 0 (inclusive) to 1 (exclusive).
 */
export function backOffMs(tries: number, backOff: BackOff, random = Math.random()): number {
  const limit = Math.min(backOff.capMs, backOff.baseMs * 2 ** (tries - 1));
  return Math.floor(random * (limit + 1));
}
