import type { RouterMeter } from './instruments.js';
import { Outlet, type OutletPeer } from './outlet.js';

const LOOK_EVERY_MS = 20;

/** A longer time between two looks means that this process stood still, and nobody could read. */
const MAX_ELAPSED_MS = 5 * LOOK_EVERY_MS;

/** Connections that were closed because they read too slowly. */
export interface TooSlowCount {
  count: number;
  /** Epoch milliseconds. */
  lastAt: number;
}

/**
 * The outlets of all connections of this process. It looks at those that have something unread, and at nothing while none of
 * them has. What is unread on all of them together has a bound: past it, the connections that are furthest behind are
 * closed first.
 */
export class Outlets {
  readonly #maxUnreadBytes: number;
  readonly #meter: Pick<RouterMeter, 'tooSlow'> | undefined;
  readonly #unread = new Set<Outlet>();
  #timer: NodeJS.Timeout | undefined;
  #lookedAt = 0;
  #tooSlow: TooSlowCount | undefined;

  /**
   * @param options `maxUnreadBytes`: what may be unread on all connections together; `meter`: who counts those that are
   * closed.
   */
  constructor(options: { maxUnreadBytes: number; meter?: Pick<RouterMeter, 'tooSlow'> | undefined }) {
    this.#maxUnreadBytes = options.maxUnreadBytes;
    this.#meter = options.meter;
  }

  /** How many were closed since the start because they read too slowly; undefined: none was. */
  get closedAsTooSlow(): TooSlowCount | undefined {
    return this.#tooSlow;
  }

  /** What waits to be read on all connections, in bytes, as of the last look. */
  get unreadBytes(): number {
    let bytes = 0;
    for (const outlet of this.#unread) bytes += outlet.unreadBytes;
    return bytes;
  }

  /** The outlet of a new connection. The host says when something was sent, and when the connection has ended. */
  open(peer: OutletPeer): Outlet {
    return new Outlet(peer, this);
  }

  /** Looks at an outlet regularly for as long as something is unread. */
  watch(outlet: Outlet): void {
    this.#unread.add(outlet);
    if (this.#timer) return;
    this.#lookedAt = performance.now();
    this.#lookLater();
  }

  /** Counts a connection that was closed because it read too slowly. */
  tooSlow(): void {
    this.#meter?.tooSlow();
    this.#tooSlow = { count: (this.#tooSlow?.count ?? 0) + 1, lastAt: Date.now() };
  }

  #lookLater(): void {
    this.#timer = setTimeout(() => this.#look(), LOOK_EVERY_MS);
    this.#timer.unref();
  }

  #look(): void {
    const now = performance.now();
    const elapsedMs = Math.min(now - this.#lookedAt, MAX_ELAPSED_MS);
    this.#lookedAt = now;
    let unreadBytes = 0;
    for (const outlet of this.#unread) {
      outlet.look(elapsedMs);
      if (outlet.unreadBytes === 0 || outlet.hasEnded) this.#unread.delete(outlet);
      else unreadBytes += outlet.unreadBytes;
    }
    if (unreadBytes > this.#maxUnreadBytes) this.#closeFurthestBehind(unreadBytes - this.#maxUnreadBytes);
    this.#timer = undefined;
    if (this.#unread.size > 0) this.#lookLater();
  }

  /** @param bytes what has to go. */
  #closeFurthestBehind(bytes: number): void {
    const furthestFirst = [...this.#unread].sort((a, b) => b.unreadBytes - a.unreadBytes);
    let left = bytes;
    for (const outlet of furthestFirst) {
      if (left <= 0) return;
      left -= outlet.unreadBytes;
      this.#unread.delete(outlet);
      outlet.closeAsTooSlow();
    }
  }
}
