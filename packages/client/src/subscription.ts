/** Something that goes on until it is told to stop. */
export interface Subscription {
  /** Stops it; more than once is fine. */
  unsubscribe(): void;
}

/**
 * Calls a function of the application. What it throws is thrown again on its own turn, where it surfaces like any other
 * uncaught error: a faulty listener must neither stop the listeners after it nor the connection.
 */
export function callListener(call: () => unknown): void {
  try {
    call();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
