import type { WebSocket } from 'ws';

/**
 * Whether a socket is read from: while nobody holds it up. Several may have a reason to at the same time, and who lets go
 * must not end what another one holds.
 */
export class Reading {
  readonly #socket: Pick<WebSocket, 'pause' | 'resume'>;
  readonly #reasons = new Set<string>();

  constructor(socket: Pick<WebSocket, 'pause' | 'resume'>) {
    this.#socket = socket;
  }

  /** Reads no more, until everybody has let go. */
  hold(reason: string): void {
    if (this.#reasons.size === 0) this.#socket.pause();
    this.#reasons.add(reason);
  }

  /** Has no effect on what is held for another reason. */
  letGo(reason: string): void {
    if (this.#reasons.delete(reason) && this.#reasons.size === 0) this.#socket.resume();
  }

  /** Reads on whatever was held. */
  letGoOfAll(): void {
    this.#reasons.clear();
    this.#socket.resume();
  }
}
