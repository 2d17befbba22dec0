/**
 * A bell beside one sleeper. Ringing while nobody sleeps is remembered, so what happens between looking and falling
 * asleep is not missed; ringing many times wakes once.
 */
export class Notifier {
  #notified = false;
  #wake: (() => void) | undefined;

  notify(): void {
    this.#notified = true;
    this.#wake?.();
  }

  /** Resolves when the bell rings, the time is over or the signal aborts, and leaves no listener or timer behind. */
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
 * Wakes whoever waits for news. Hints carry nothing and may be lost or doubled: a woken reader looks for itself. Memory
 * is one entry for each waiter, however many hints come.
 */
export class Broadcaster {
  readonly #waiting = new Set<() => void>();

  /** Wakes all who wait now. */
  broadcast(): void {
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
