/** Something that runs until it is told to stop. */
export interface Subscription {
  /** Stops it. A second call does nothing. */
  unsubscribe(): void;
}

/**
 * Calls a function of the application. What it throws, or what the promise that it returns is rejected with, goes to
 * `onError`: a faulty listener stops neither the listeners after it nor the connection, nor the program.
 */
export function callListener<Value>(
  listener: (value: Value) => unknown,
  value: Value,
  onError: (error: unknown) => void,
): void {
  try {
    const answer = listener(value);
    if (isPromise(answer)) answer.then(undefined, onError);
  } catch (error) {
    onError(error);
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | undefined | null)?.then === 'function';
}

/**
 * What becomes of the error of a listener: the application's `onError` gets it, and otherwise the console. An `onError`
 * that throws itself ends there.
 */
export function listenerErrors(onError?: (error: unknown) => unknown): (error: unknown) => void {
  const print = (error: unknown) => console.error('Rollcall: a handler failed:', error);
  return error => {
    if (onError) callListener(onError, error, print);
    else print(error);
  };
}
