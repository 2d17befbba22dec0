/**
 * Wakes one sleeper. A notification that comes while nobody sleeps is remembered, so the sleeper misses nothing that
 * happens between its last look and its sleep. Several notifications wake it once.
 */
export class Notifier {
  #notified = false;
  #wake: (() => void) | undefined;

  /** Wakes the sleeper, or ends its next sleep at once. */
  notify(): void {
    this.#notified = true;
    this.#wake?.();
  }

  /** Resolves when `notify` is called, the time is over or the signal aborts. It leaves no listener or timer behind. */
  async sleep(timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#notified && !signal.aborted) {
      await new Promise<void>(resolve => {
        const wake = () => {
          this.#wake = undefined;
          clearTimeout(timer);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        const timer = setTimeout(wake, timeoutMs);
        signal.addEventListener('abort', wake);
        this.#wake = wake;
      });
    }
    this.#notified = false;
  }
}

/**
 * Wakes all readers that wait for news. A broadcast carries nothing: a reader that was woken looks for itself. It keeps
 * one entry for each reader that waits, and nothing of the broadcasts.
 */
export class Broadcaster {
  readonly #waiting = new Set<() => void>();

  /** Wakes all readers that wait now. */
  broadcast(): void {
    const woken = [...this.#waiting];
    this.#waiting.clear();
    for (const resume of woken) resume();
  }

  /** Resolves at the next broadcast, when the signal aborts, or after `timeoutMs`. It never rejects and leaves nothing behind. */
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

  /** How many readers wait now. */
  get waiting(): number {
    return this.#waiting.size;
  }
}
