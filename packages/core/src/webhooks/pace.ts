import { setTimeout as sleep } from 'node:timers/promises';

const SECOND_MS = 1000;

/** Spreads the requests to one endpoint evenly, so that there are no more in a second than it takes. */
export class Pace {
  #nextAt = 0;

  /** Resolves when the next request may begin, or the signal aborts. @param perSecond absent: at once. */
  async wait(perSecond: number | undefined, signal: AbortSignal): Promise<void> {
    if (perSecond === undefined) return;
    const now = performance.now();
    const at = Math.max(now, this.#nextAt);
    this.#nextAt = at + SECOND_MS / perSecond;
    if (at > now) await sleep(at - now, undefined, { signal }).catch(() => undefined);
  }
}
