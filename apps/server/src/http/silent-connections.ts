import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/** Whoever has just connected gets so long for a request, also while the server shuts down. */
const GRACE_MS = 1000;

/**
 * The connections over which nothing has been asked yet. Browsers and load balancers open some in advance; Node does not
 * count them as idle, so that a shutdown would wait for them until the end.
 */
export class SilentConnections {
  readonly #sockets = new Set<Socket>();

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    const hasSpoken = ({ socket }: IncomingMessage) => this.#sockets.delete(socket);
    server.on('request', hasSpoken).on('upgrade', hasSpoken);
  }

  /** Ends those that stay silent for a moment longer. */
  destroySoon(): void {
    setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, GRACE_MS).unref();
  }
}
