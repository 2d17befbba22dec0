import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** When a live connection, a WebSocket or an event stream, was over. */
interface StreamEnd {
  /** Which process, by its place in the list. */
  process: number;
  /** By the clock of `performance.now()`. */
  at: number;
}

/** A TCP balancer of the plainest kind. */
export interface ConnectBalancer {
  readonly url: string;
  /** Every live connection that has ended so far. */
  readonly ended: readonly StreamEnd[];
  /** Live connections that are open to a process. */
  openTo(process: number): number;
  close(): Promise<void>;
}

/**
 * Starts a balancer that gives each new connection to the next process in turn that takes it, and asks nobody how it is.
 * Nothing is kept with one process.
 */
export async function startConnectBalancer(urls: readonly string[]): Promise<ConnectBalancer> {
  const ports = urls.map(url => Number(new URL(url).port));
  const open = new Map<Socket, StreamEnd>();
  const all = new Set<Socket>();
  const ended: StreamEnd[] = [];
  let turn = 0;

  async function serve(near: Socket): Promise<void> {
    for (let attempt = 0; attempt < ports.length; attempt++) {
      const process = turn++ % ports.length;
      const far = connect({ port: ports[process] as number, host: '127.0.0.1', noDelay: true });
      try {
        await once(far, 'connect');
      } catch {
        continue;
      }
      return join(near, far, process);
    }
    near.resetAndDestroy();
  }

  function join(near: Socket, far: Socket, process: number): void {
    all.add(far);
    // A connection may have carried calls before a stream begins on it.
    const recognise = (chunk: Buffer) => {
      const text = chunk.toString('latin1').toLowerCase();
      const isLive = text.includes('upgrade: websocket') || text.includes('accept: text/event-stream');
      if (isLive) open.set(far, { process, at: 0 });
      near.off('data', recognise);
    };
    near.on('data', recognise);
    const noteEnd = () => {
      const stream = open.get(far);
      open.delete(far);
      if (stream) ended.push({ ...stream, at: performance.now() });
    };
    far.on('end', noteEnd);
    far.on('error', () => {
      noteEnd();
      near.resetAndDestroy();
    });
    near.on('error', () => far.resetAndDestroy());
    far.on('close', () => {
      all.delete(far);
      noteEnd();
      near.destroySoon();
    });
    near.on('end', noteEnd).on('close', () => far.destroySoon());
    near.pipe(far).pipe(near);
  }

  const server = createServer({ noDelay: true, pauseOnConnect: true }, near => {
    all.add(near);
    near.on('close', () => all.delete(near));
    near.on('error', () => undefined);
    void serve(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ended,
    openTo: process => [...open.values()].filter(one => one.process === process).length,
    close: async () => {
      for (const socket of all) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
