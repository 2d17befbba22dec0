/** Counts the messages of one connection. */
export interface MessageMeter {
  /** Counts one message. @returns whether it is one too many. */
  isOneTooMany(): boolean;
}

const WINDOW_MS = 60_000;

/**
 * Counts messages in windows of a minute that begin with a first message, in two numbers a connection.
 * @param clock milliseconds that never go back.
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
