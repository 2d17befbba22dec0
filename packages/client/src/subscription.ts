/** Something that runs until it is told to stop. */
export interface Subscription {
  /** Stops it. A second call does nothing. */
  unsubscribe(): void;
}

/**
 * Calls a function of the application. An error that it throws is thrown again in a microtask, where it surfaces like
 * any other uncaught error. A faulty listener must stop neither the listeners after it nor the connection.
 */
export function callListener<Value>(listener: (value: Value) => unknown, value: Value): void {
  try {
    listener(value);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
