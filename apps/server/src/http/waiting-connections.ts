import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Each holds up to 16 KiB of headers that are not whole, and what Node keeps of a connection. */
const MAX_WAITING = 4000;

/**
 * Bounds the connections over which no request is under way: what they wait for are headers, of which all, some or none have
 * yet to come. Past the bound the one that has waited longest is closed. A client opens a new connection when it needs one.
 *
 * @param max default: 4,000.
 */
export function boundWaitingConnections(server: Server, max = MAX_WAITING): void {
  /** In the order in which they began to wait. */
  const waiting = new Set<Socket>();
  const requests = new WeakMap<Socket, number>();
  const wait = (socket: Socket) => {
    if (socket.destroyed) return;
    waiting.add(socket);
    const [longest] = waiting;
    if (waiting.size > max) longest?.destroy();
  };
  function forget(this: Socket) {
    waiting.delete(this);
  }
  server.on('connection', (socket: Socket) => {
    // One over which another protocol was offered comes again.
    socket.off('close', forget).once('close', forget);
    wait(socket);
  });
  server.on('upgrade', ({ socket }: IncomingMessage) => waiting.delete(socket));
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    waiting.delete(socket);
    requests.set(socket, (requests.get(socket) ?? 0) + 1);
    response.once('close', () => {
      const others = (requests.get(socket) ?? 1) - 1;
      requests.set(socket, others);
      if (others === 0) wait(socket);
    });
  });
}
