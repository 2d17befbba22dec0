import type { RollcallError } from '@rollcall/protocol';

/** The end of what many streams belong to: of a user's session, or of a server client's use. It comes once. */
export class Ending {
  readonly #listeners = new Set<(error: RollcallError | undefined) => void>();
  #come = false;

  /** Whether it has come. */
  get come(): boolean {
    return this.#come;
  }

  /**
   * Calls a listener when the end comes; with an error where nobody asked for it.
   * @returns takes the listener back.
   */
  listen(listener: (error: RollcallError | undefined) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  end(error?: RollcallError): void {
    this.#come = true;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener(error);
  }
}

/**
 * Calls a listener when the end comes or a signal aborts, whichever is first.
 * @returns takes the listener back.
 */
export function listenForEnd(
  ending: Ending,
  signal: AbortSignal | undefined,
  listener: (error?: RollcallError) => void,
): () => void {
  const abort = () => listener();
  const forget = ending.listen(listener);
  signal?.addEventListener('abort', abort);
  return () => {
    forget();
    signal?.removeEventListener('abort', abort);
  };
}
