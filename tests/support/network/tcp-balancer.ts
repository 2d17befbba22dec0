import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A process that does not say within this time that it is ready gets no new connection. */
const READY_WITHIN_MS = 1000;

/** A load balancer without sticky sessions: clients know its address only. */
export interface TcpBalancer {
  readonly url: string;
  /** To which process each connection went, by its place in the list, in the order of their coming. */
  readonly went: readonly number[];
  close(): Promise<void>;
}

/**
 * Starts a balancer that passes each new connection to the next process in turn that says at `/readyz` that it is ready.
 * A connection that has begun stays where it is, also when its process no longer moves: most balancers leave it to the
 * two ends to find that out. Where nobody is ready, it is reset.
 */
export async function startTcpBalancer(urls: readonly string[]): Promise<TcpBalancer> {
  const sockets = new Set<Socket>();
  const went: number[] = [];
  let turn = 0;

  async function nextReady(): Promise<number | undefined> {
    const order = urls.map((_, index) => (turn + index) % urls.length);
    for (const index of order) {
      if (!(await isReady(urls[index] as string))) continue;
      turn = index + 1;
      return index;
    }
    return undefined;
  }

  async function serve(near: Socket): Promise<void> {
    const index = await nextReady();
    if (index === undefined || near.destroyed) return void near.resetAndDestroy();
    went.push(index);
    const far = connect({ port: Number(new URL(urls[index] as string).port), host: '127.0.0.1' });
    sockets.add(far);
    far.on('error', () => near.resetAndDestroy());
    far.on('close', () => {
      sockets.delete(far);
      near.destroySoon();
    });
    near.on('error', () => far.resetAndDestroy());
    near.on('close', () => far.destroySoon());
    near.pipe(far).pipe(near);
  }

  const server = createServer({ pauseOnConnect: true, noDelay: true }, near => {
    sockets.add(near);
    near.on('close', () => sockets.delete(near));
    near.on('error', () => undefined);
    void serve(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    went,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Whether a server says that it can do its work. */
export async function isReady(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(READY_WITHIN_MS) });
    await answer.text();
    return answer.ok;
  } catch {
    return false;
  }
}
