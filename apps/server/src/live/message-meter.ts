/** Counts the messages of one connection. */
export interface MessageMeter {
  /** Counts one message. @returns whether it is over the limit. */
  isOneTooMany(): boolean;
}

const WINDOW_MS = 60_000;

/**
 * Makes a meter. Its windows last a minute and begin with a first message. It needs two numbers per connection.
 * @param clock milliseconds that never decrease.
 */
export function createMessageMeter(
  perMinute: number,
  clock: () => number = () => performance.now(),
): MessageMeter {
  let startedAt = Number.NEGATIVE_INFINITY;
  let count = 0;
  return {
    isOneTooMany: () => {
      const now = clock();
      if (now - startedAt >= WINDOW_MS) {
        startedAt = now;
        count = 0;
      }
      count += 1;
      return count > perMinute;
    },
  };
}
