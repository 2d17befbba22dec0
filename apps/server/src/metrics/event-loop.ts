import {
  type EventLoopUtilization,
  type IntervalHistogram,
  monitorEventLoopDelay,
  performance,
} from 'node:perf_hooks';

/** How late timers were, in milliseconds: half of the time, one time in a hundred, and at most. */
export interface LoopDelay {
  p50: number;
  p99: number;
  max: number;
}

const RESOLUTION_MS = 10;
const WINDOW_MS = 15_000;
const NANOSECONDS_PER_MS = 1e6;
const NO_DELAY: LoopDelay = { p50: 0, p99: 0, max: 0 };

/**
 * Watches how late the event loop is. What it says is of the present window and the one before: the worse of the two. So
 * nothing is lost between two scrapes, and several who scrape see the same.
 */
export class EventLoopWatch {
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #since: EventLoopUtilization = performance.eventLoopUtilization();
  readonly #timer: NodeJS.Timeout;
  #before = NO_DELAY;

  constructor() {
    this.#delay.enable();
    this.#timer = setInterval(() => {
      this.#before = this.#present();
      this.#delay.reset();
    }, WINDOW_MS).unref();
  }

  get delay(): LoopDelay {
    const now = this.#present();
    const { p50, p99, max } = this.#before;
    return { p50: Math.max(p50, now.p50), p99: Math.max(p99, now.p99), max: Math.max(max, now.max) };
  }

  /** How long the loop has been at work since the watch began, in milliseconds. */
  get busyMs(): number {
    return performance.eventLoopUtilization(this.#since).active;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#delay.disable();
  }

  #present(): LoopDelay {
    const { count } = this.#delay;
    if (count === 0) return NO_DELAY;
    // What is measured is the time between two looks, which is never shorter than the time between two that are on time.
    const late = (nanoseconds: number) => Math.max(0, nanoseconds / NANOSECONDS_PER_MS - RESOLUTION_MS);
    return {
      p50: late(this.#delay.percentile(50)),
      p99: late(this.#delay.percentile(99)),
      max: late(this.#delay.max),
    };
  }
}
