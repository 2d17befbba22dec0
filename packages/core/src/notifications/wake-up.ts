/**
 * Wakes whoever waits for news. Hints carry nothing and may be lost or doubled: a woken reader looks for itself. Memory
 * is one entry for each waiter, however many hints come.
 */
export class WakeUp {
  readonly #waiting = new Set<() => void>();

  /** Wakes all who wait now. */
  wake(): void {
    const woken = [...this.#waiting];
    this.#waiting.clear();
    for (const resume of woken) resume();
  }

  /** Resolves at the next hint, when the signal aborts, or after `timeoutMs`; it never rejects and leaves nothing behind. */
  wait(signal: AbortSignal | undefined, timeoutMs: number): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise(resolve => {
      const finish = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', finish);
        this.#waiting.delete(finish);
        resolve();
      };
      const timer = setTimeout(finish, timeoutMs);
      signal?.addEventListener('abort', finish, { once: true });
      this.#waiting.add(finish);
    });
  }

  /** How many wait now. */
  get waiting(): number {
    return this.#waiting.size;
  }
}
