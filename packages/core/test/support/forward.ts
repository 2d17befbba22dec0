import { connect, createServer, type Socket } from 'node:net';

/** A way to a server that can be cut, and can swallow what goes through it. */
export interface Forward {
  readonly port: number;
  /** Nobody gets through, and those who were are cut off. */
  cut(): void;
  /** From now on nothing that is sent arrives, and nobody is told. */
  swallow(): void;
  /** All is well again for those who come now. */
  mend(): void;
  close(): Promise<void>;
}

/** Listens on a port of its own and passes on to a server, from the start or once it is mended. */
export async function forwardTo(url: string, { open = true } = {}): Promise<Forward> {
  const target = new URL(url);
  let way: 'open' | 'cut' | 'swallow' = open ? 'open' : 'cut';
  const sockets = new Set<Socket>();
  const server = createServer(near => {
    sockets.add(near);
    near.on('error', () => undefined);
    near.on('close', () => sockets.delete(near));
    if (way === 'cut') return near.destroy();
    const far = connect(Number(target.port), target.hostname);
    sockets.add(far);
    far.on('error', () => near.destroy());
    far.on('close', () => {
      sockets.delete(far);
      near.destroy();
    });
    near.on('close', () => far.destroy());
    near.on('data', bytes => way !== 'swallow' && far.write(bytes));
    far.on('data', bytes => way !== 'swallow' && near.write(bytes));
    return near;
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    cut: () => {
      way = 'cut';
      for (const socket of sockets) socket.destroy();
    },
    swallow: () => {
      way = 'swallow';
    },
    mend: () => {
      way = 'open';
    },
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
