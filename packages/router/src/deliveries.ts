import { FairQueue } from './fair-queue.js';
import { severalAtOnce, slices } from './slices.js';

/** What goes out in one turn: so many deliveries, or for this long. Most of them take a fiftieth of a millisecond. */
const AT_ONCE = { pieces: 20, ms: 0.5 };

/** A listener that has something to hand out. */
export interface Delivery {
  /** In which line it waits. */
  readonly caller: string;
  /** Hands it out. It must not throw. */
  deliver(): void;
}

/**
 * The order in which listeners hand out what the hub has for them. One event may wake thousands, each of which has little
 * to do: so they share one place in the slices of the process (`slices.ts`) instead of waiting for one each. Within it the
 * lines of callers are served in turn.
 */
export class Deliveries {
  readonly #waiting = new FairQueue<Delivery>();
  readonly #turn = severalAtOnce(() => slices.turn(), AT_ONCE);
  #handingOut = false;
  #served: (() => void)[] = [];

  /** Adds a listener to the line of its caller, in which it stands once. */
  add(delivery: Delivery): void {
    this.#waiting.add(delivery.caller, delivery);
    if (this.#handingOut) return;
    this.#handingOut = true;
    // One event adds many, and all of them before the first one is served.
    queueMicrotask(() => void this.#handOut());
  }

  /** Resolves when all who wait now, and who come meanwhile, have had their turn; undefined when nobody waits. */
  served(): Promise<void> | undefined {
    return this.#handingOut ? new Promise(resolve => this.#served.push(resolve)) : undefined;
  }

  async #handOut(): Promise<void> {
    while (this.#waiting.size > 0) {
      const wait = this.#turn();
      if (wait) await wait;
      this.#waiting.next()?.deliver();
    }
    this.#handingOut = false;
    for (const resolve of this.#served.splice(0)) resolve();
  }
}

/** The deliveries of this process, which has one event loop. */
export const deliveries = new Deliveries();
