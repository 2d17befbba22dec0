import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** An address whose server can be another one from some moment on, as behind a load balancer. */
export interface MovingAddress {
  readonly url: string;
  /** Connections from now on go there, one after the other to each; what is open stays where it is. */
  moveTo(urls: readonly string[]): void;
  close(): Promise<void>;
}

/** Opens an address that leads to a server. While none listens there, connections are closed at once. */
export async function openMovingAddress(url: string): Promise<MovingAddress> {
  let ports = [portOf(url)];
  let count = 0;
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  };
  const relay = createServer(inside => {
    const outside = connect(ports[count++ % ports.length] as number, '127.0.0.1');
    for (const [socket, other] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      keep(socket);
      // Whichever side ends or breaks, so does the other.
      socket.on('error', () => undefined).once('close', () => other.destroy());
      socket.pipe(other);
    }
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  return {
    url: `http://127.0.0.1:${(relay.address() as AddressInfo).port}`,
    moveTo: urls => {
      ports = urls.map(portOf);
    },
    close: async () => {
      relay.close();
      for (const socket of sockets) socket.destroy();
      await once(relay, 'close');
    },
  };
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
