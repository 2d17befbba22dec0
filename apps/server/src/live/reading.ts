import type { WebSocket } from 'ws';

/** Shared by all sockets that nobody holds up, which is most of them most of the time. */
const NONE: ReadonlySet<string> = new Set();

/**
 * Whether a socket is read from: while nobody holds it up. Several may have a reason to at the same time, and who lets go
 * must not end what another one holds.
 */
export class Reading {
  readonly #socket: Pick<WebSocket, 'pause' | 'resume'>;
  #reasons = NONE;

  constructor(socket: Pick<WebSocket, 'pause' | 'resume'>) {
    this.#socket = socket;
  }

  /** Reads no more, until everybody has let go. */
  hold(reason: string): void {
    if (this.#reasons.size === 0) this.#socket.pause();
    this.#reasons = new Set([...this.#reasons, reason]);
  }

  /** Has no effect on what is held for another reason. */
  letGo(reason: string): void {
    if (!this.#reasons.has(reason)) return;
    const others = [...this.#reasons].filter(one => one !== reason);
    this.#reasons = others.length > 0 ? new Set(others) : NONE;
    if (others.length === 0) this.#socket.resume();
  }

  /** Reads on whatever was held. */
  letGoOfAll(): void {
    this.#reasons = NONE;
    this.#socket.resume();
  }
}
