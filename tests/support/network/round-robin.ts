import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { pipeline } from 'node:stream';

/**
 * Hands every request and every WebSocket to the next server in turn, for every client: none is kept with one server, so
 * whatever needs that fails. A server that takes no connections is passed over. It is there for as long as this process.
 * @returns its URL.
 */
export async function startRoundRobin(ports: readonly number[]): Promise<string> {
  let turn = 0;

  /** A connection to the next server that takes one. @throws Error when none does */
  async function nextServer(): Promise<Socket> {
    for (let attempt = 1; ; attempt++) {
      const socket = connect({
        port: ports[turn++ % ports.length] as number,
        host: '127.0.0.1',
        noDelay: true,
      });
      try {
        await once(socket, 'connect');
        return socket;
      } catch (error) {
        if (attempt === ports.length) throw error;
      }
    }
  }

  async function pass(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const socket = await nextServer();
    const { method, url: path, headers } = asked;
    const onwards = request({ createConnection: () => socket, method, path, headers });
    onwards.on('response', given => {
      // How long a connection is kept is a matter of either side of the balancer for itself.
      const { connection: _connection, 'keep-alive': _keepAlive, ...passed } = given.headers;
      answer.writeHead(given.statusCode ?? 502, passed);
      // What is streamed begins before it says anything.
      answer.flushHeaders();
      pipeline(given, answer, () => undefined);
    });
    onwards.on('error', () => answer.headersSent || answer.destroy());
    // Who is answered before it has sent everything sends the rest for nothing.
    onwards.on('close', () => asked.unpipe(onwards).resume());
    answer.on('close', () => onwards.destroy());
    asked.pipe(onwards);
  }

  async function passSocket(asked: IncomingMessage, socket: Socket, first: Buffer): Promise<void> {
    const onwards = await nextServer();
    const head = asked.rawHeaders.map((text, index) => (index % 2 === 0 ? `${text}: ` : `${text}\r\n`));
    onwards.write(`${asked.method} ${asked.url} HTTP/1.1\r\n${head.join('')}\r\n`);
    onwards.write(first);
    for (const [from, to] of [
      [socket, onwards],
      [onwards, socket],
    ] as const) {
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
      from.pipe(to);
    }
  }

  const server = createServer((asked, answer) => {
    pass(asked, answer).catch(() => answer.destroy());
  });
  server.on('upgrade', (asked: IncomingMessage, socket: Socket, first: Buffer) => {
    passSocket(asked, socket, first).catch(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
