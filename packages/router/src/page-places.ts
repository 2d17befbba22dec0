import { FairQueue } from './fair-queue.js';
import type { EndTurn } from './outlet.js';

/** Pages that are read from the database, shaped and sent at a time, for all who catch up. */
const MAX_PLACES = 2;

/**
 * The pace of catching up, over the whole process. A page that is not in memory is read and shaped in one of two places; a
 * listener that has none waits, in the line of its caller. So however many listeners resume at once, they leave the readers
 * of the database and the thread to calls. A listener gives its place back before its reader takes the page: a reader that
 * stalls holds up itself alone.
 */
export class PagePlaces {
  readonly #waiting = new FairQueue<() => void>();
  #taken = 0;

  /**
   * Waits for a place.
   * @param caller whose line to wait in.
   * @returns what gives it to the next one; undefined when the signal aborted before.
   */
  async take(caller: string, signal: AbortSignal): Promise<EndTurn | undefined> {
    if (this.#taken < MAX_PLACES) this.#taken += 1;
    else if (!(await this.#wait(caller, signal))) return undefined;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const next = this.#waiting.next();
      if (next) next();
      else this.#taken -= 1;
    };
  }

  /** @returns whether a place was handed over; false when the signal aborted before. */
  #wait(caller: string, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    return new Promise(resolve => {
      const begin = () => {
        signal.removeEventListener('abort', leave);
        resolve(true);
      };
      const leave = () => {
        this.#waiting.remove(caller, begin);
        resolve(false);
      };
      this.#waiting.add(caller, begin);
      signal.addEventListener('abort', leave, { once: true });
    });
  }
}

/** The places of this process. */
export const pagePlaces = new PagePlaces();
