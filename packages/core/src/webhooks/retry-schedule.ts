const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The pauses between the ten tries of a delivery: about three days in all. */
export const RETRY_PAUSES_MS: readonly number[] = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];

/** A pause is up to a tenth longer, so that what failed together does not come back together. */
const JITTER = 0.1;

/**
 * The pause after a try that failed; undefined after the last.
 * @param tries how many there have been, from 1.
 * @param random from 0 (inclusive) to 1 (exclusive).
 */
export function retryPauseMs(tries: number, random = Math.random()): number | undefined {
  const pause = RETRY_PAUSES_MS[tries - 1];
  return pause === undefined ? undefined : Math.floor(pause * (1 + JITTER * random));
}

/** By how much the clocks of two processes may differ. */
const SKEW_MS = MINUTE;

/** The longest that a delivery waits for its next try. */
const LONGEST_RETRY_MS = Math.ceil(24 * HOUR * (1 + JITTER)) + SKEW_MS;

/**
 * The times at which the next try of a delivery is due. One that is further ahead than any pause was set by a clock that was wrong,
 * and is due, too.
 */
export function retryTimes(now: number): { until: number; from: number } {
  return { until: now, from: now + LONGEST_RETRY_MS };
}

/** Whether the next try of a delivery is due. */
export function isDue(at: number, now: number): boolean {
  const { until, from } = retryTimes(now);
  return at <= until || at > from;
}

/** An endpoint to which nothing was delivered for so long is disabled. */
export const LASTING_FAILURE_MS = 72 * HOUR;

/** It has had as many chances then as a delivery has tries. A clock that jumps ahead disables nobody by itself. */
export const LASTING_FAILURE_SETBACKS = RETRY_PAUSES_MS.length + 1;

const FIRST_PAUSE_MS = 5 * SECOND;
const LONGEST_PAUSE_MS = 5 * MINUTE;

/**
 * How long an endpoint is left alone after turns in which nothing was delivered. After the first, another delivery is tried at
 * once: it may have been the fault of the one. With one that is there and refuses, it may be the fault of each.
 */
export function setbackPauseMs(setbacks: number, isThere: boolean): number {
  const longest = isThere ? FIRST_PAUSE_MS : LONGEST_PAUSE_MS;
  return setbacks < 2 ? 0 : Math.min(longest, FIRST_PAUSE_MS * 2 ** (setbacks - 2));
}

/** What is answered in place of an endpoint, or by one that has too much to do. */
const NOT_THERE: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Whether an answer, or that there was none, shows that the endpoint is there. */
export function showsThatItIsThere(status: number | undefined): boolean {
  return status !== undefined && !NOT_THERE.has(status);
}

/** What was tried more often waits for its time when an endpoint is back: the pauses that are left are three days. */
export const TRIES_TO_SPARE = 5;

/** An endpoint that asks for more than this is asked again all the same. */
const LONGEST_RETRY_AFTER_MS = HOUR;

/** Until when an endpoint can be left alone, looked at from now. A time beyond was set by a clock that was wrong. */
export function latestPause(now: number): number {
  return now + LONGEST_RETRY_AFTER_MS + SKEW_MS;
}

/** How long an answer asks to be left alone: seconds, or a date as HTTP writes it. Nothing else is understood. */
export function retryAfterMs(header: string | undefined, now: number): number {
  if (header === undefined) return 0;
  const text = header.trim();
  const asked = /^\d+$/.test(text) ? Number(text) * SECOND : Date.parse(text) - now;
  return Number.isNaN(asked) ? 0 : Math.max(0, Math.min(LONGEST_RETRY_AFTER_MS, asked));
}
