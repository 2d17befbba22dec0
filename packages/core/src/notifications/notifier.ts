/**
 * A bell beside one sleeper. Ringing while nobody sleeps is remembered, so what happens between looking and falling
 * asleep is not missed; ringing many times wakes once.
 */
export class WakeUpLatch {
  #rung = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** Resolves when the bell rings, the time is over or the signal aborts, and leaves no listener or timer behind. */
  async sleep(timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#rung && !signal.aborted) {
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
    this.#rung = false;
  }
}
