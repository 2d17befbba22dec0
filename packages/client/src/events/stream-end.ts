import type { RollcallError } from '@rollcall/protocol';
import { onAbort } from './on-abort.js';

/** The moment at which many streams end: when a session ends, or when a server client disconnects. It comes once. */
export class StreamEnd {
  readonly #listeners = new Set<(error: RollcallError | undefined) => void>();
  #reached = false;

  /** Whether the end has come. */
  get reached(): boolean {
    return this.#reached;
  }

  /**
   * Calls a listener when the end comes. The listener gets an error if the application did not ask for the end.
   * @returns a function that removes the listener.
   */
  listen(listener: (error: RollcallError | undefined) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  end(error?: RollcallError): void {
    this.#reached = true;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener(error);
  }
}

/**
 * Calls a listener when the end comes or when a signal aborts, whichever is first.
 * @returns a function that removes the listener.
 */
export function onStreamEnd(
  streamEnd: StreamEnd,
  signal: AbortSignal | undefined,
  listener: (error?: RollcallError) => void,
): () => void {
  const removeListener = streamEnd.listen(listener);
  const removeAbort = onAbort(signal, () => listener());
  return () => {
    removeListener();
    removeAbort();
  };
}
