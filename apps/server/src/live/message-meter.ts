import type { CallerKey } from '@rollcall/router';

/** Counts the messages of a caller's connection, until the connection gives it back. */
export interface TakenMeter {
  /** Counts one message. @returns whether it is over the limit. */
  isOneTooMany(): boolean;
  /** Whether what has been counted is over the limit. */
  isOver(): boolean;
  /** Says that the connection has ended. A second call has no effect. */
  giveBack(): void;
}

const WINDOW_MS = 60_000;

/** What a connection that comes after another one counts for, in messages: to sign in costs more than a message does. */
const COMING_BACK = 5;

/**
 * The meters of callers. Each connection of a caller has one; its windows last a minute and begin with a first message. A
 * connection that ends leaves its meter to the next one of the same caller, so that nobody begins anew by reconnecting: a
 * caller never has more allowances than it had connections at a time.
 */
export class MessageMeters {
  readonly #perMinute: number;
  readonly #clock: () => number;
  /** By caller, the meters that no connection has and whose window goes on. */
  readonly #left = new Map<CallerKey, Set<Window>>();
  #sweptAt: number;

  /** @param clock milliseconds that never decrease. */
  constructor(perMinute: number, clock: () => number = () => performance.now()) {
    this.#perMinute = perMinute;
    this.#clock = clock;
    this.#sweptAt = clock();
  }

  /** The number of callers that are remembered although they have no connection any more. */
  get size(): number {
    return this.#left.size;
  }

  /**
   * A meter for a new connection: of those that its caller has left, the one that has counted least.
   * @param counted what the connection has sent before its caller was known.
   */
  take(caller: CallerKey, counted = 0): TakenMeter {
    this.#sweep();
    const left = this.#left.get(caller) ?? new Set();
    const earlier = leastUsed(left);
    const window = earlier ?? { startedAt: Number.NEGATIVE_INFINITY, count: 0 };
    left.delete(window);
    if (left.size === 0) this.#left.delete(caller);
    const messages = counted + (earlier ? COMING_BACK : 0);
    for (let message = 0; message < messages; message += 1) this.#count(window);
    let taken = true;
    return {
      isOver: () => window.count > this.#perMinute,
      isOneTooMany: () => this.#count(window),
      giveBack: () => {
        if (!taken) return;
        taken = false;
        this.#left.set(caller, (this.#left.get(caller) ?? new Set()).add(window));
      },
    };
  }

  #count(window: Window): boolean {
    const now = this.#clock();
    if (now - window.startedAt >= WINDOW_MS) {
      window.startedAt = now;
      window.count = 0;
    }
    window.count += 1;
    return window.count > this.#perMinute;
  }

  /** Forgets, once in a minute, what is over. */
  #sweep(): void {
    const now = this.#clock();
    if (now - this.#sweptAt < WINDOW_MS) return;
    this.#sweptAt = now;
    for (const [caller, windows] of this.#left) {
      for (const window of windows) if (now - window.startedAt >= WINDOW_MS) windows.delete(window);
      if (windows.size === 0) this.#left.delete(caller);
    }
  }
}

interface Window {
  startedAt: number;
  count: number;
}

function leastUsed(windows: ReadonlySet<Window>): Window | undefined {
  return [...windows].sort((one, other) => one.count - other.count)[0];
}
