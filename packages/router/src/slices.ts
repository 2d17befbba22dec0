import { FairQueue } from './fair-queue.js';

/** Work on the one thread gives way to everything else after this time. */
const SLICE_MS = 2;

/**
 * How long it then rests at least while a call is under way. A call is carried out in many steps, each of which waits for
 * something. In one turn of the event loop it would get one step further; in a rest it gets several. When no call is under
 * way, the rest is one turn of the event loop: enough for a call to begin.
 */
const REST_MS = 1;

/**
 * Shares the thread between the work for live connections and everything else. All who work in slices share the same ones:
 * together they work for 2 ms at most, then the event loop has its turn, and at least 1 ms while a call is under way, and the
 * next slice begins. After a piece of work that took longer, it has as long as that was.
 *
 * Within a slice everybody takes turns. Work for one caller waits in the line of that caller (`fair-queue.ts`). Work that
 * all share, such as judging events, has every second turn.
 */
export class Slices {
  #beganAt: number | undefined;
  readonly #shared = new Set<() => void>();
  readonly #callers = new FairQueue<() => void>();
  #sharedIsNext = true;
  #calls = 0;

  /** Notes that a call is under way, until it is answered. */
  async whileCalling<Result>(call: () => Promise<Result>): Promise<Result> {
    this.#calls += 1;
    try {
      return await call();
    } finally {
      this.#calls -= 1;
    }
  }

  /**
   * Ask before each piece of work, which goes on until it waits for something.
   * @param caller whose line to wait in; absent: the work is for all.
   * @returns what to wait for first; undefined when there is time left and nobody waits.
   */
  turn(caller?: string): Promise<void> | undefined {
    if (this.#beganAt === undefined) {
      this.#begin();
      return undefined;
    }
    if (this.#waiting === 0 && this.#hasTime(this.#beganAt)) return undefined;
    return new Promise(resolve => {
      if (caller === undefined) this.#shared.add(resolve);
      else this.#callers.add(caller, resolve);
    });
  }

  get #waiting(): number {
    return this.#shared.size + this.#callers.size;
  }

  #hasTime(beganAt: number): boolean {
    return performance.now() - beganAt < SLICE_MS;
  }

  #begin(): void {
    const beganAt = performance.now();
    this.#beganAt = beganAt;
    setImmediate(() => {
      const over = performance.now() - beganAt - SLICE_MS;
      const isOnTime = over < REST_MS;
      if (isOnTime && this.#waiting === 0) this.#beganAt = undefined;
      else if (isOnTime && this.#calls === 0) setImmediate(() => this.#goOnAfterRest());
      else setTimeout(() => this.#goOnAfterRest(), Math.max(REST_MS, over));
    });
  }

  #goOnAfterRest(): void {
    this.#beganAt = undefined;
    if (this.#waiting === 0) return;
    this.#begin();
    this.#letIn();
  }

  /** Lets the next one work, and after it those who fit into the slice. */
  #letIn(): void {
    const next = this.#next();
    if (!next) return;
    next();
    // The work runs in microtasks. A tick that one of them asks for comes when all of them have run.
    queueMicrotask(() => process.nextTick(() => this.#goOn()));
  }

  #goOn(): void {
    if (this.#beganAt !== undefined && this.#hasTime(this.#beganAt)) this.#letIn();
  }

  #next(): (() => void) | undefined {
    const [shared] = this.#shared;
    const next = (this.#sharedIsNext && shared) || this.#callers.next() || shared;
    this.#sharedIsNext = next !== shared;
    if (next && next === shared) this.#shared.delete(shared);
    return next;
  }
}

/** Asks for a turn, of whatever caller: what to wait for before the next piece of work. */
export type Turn = () => Promise<void> | undefined;

/**
 * Asks for one turn for several short pieces of work. What turns out to be long ends it.
 * @param most how many pieces a turn is good for, and for how long, in milliseconds.
 */
export function severalAtOnce(ask: Turn, most: { pieces: number; ms: number }): Turn {
  let pieces = 0;
  let beganAt = 0;
  const begin = () => {
    pieces = 1;
    beganAt = performance.now();
  };
  return () => {
    if (pieces > 0 && pieces < most.pieces && performance.now() - beganAt < most.ms) {
      pieces += 1;
      return undefined;
    }
    const wait = ask();
    if (!wait) begin();
    return wait?.then(begin);
  };
}

/** The slices of this process, which has one event loop. */
export const slices = new Slices();
