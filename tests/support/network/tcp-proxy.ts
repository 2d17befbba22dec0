import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * - `pass`: everything gets through.
 * - `cut`: connections stay open and nothing gets through in either direction, their end neither; so it is for new ones.
 *   What was sent meanwhile arrives when it passes again, as TCP sees to.
 * - `reset`: every connection, and every new one, is answered with a reset.
 */
type ProxyMode = 'pass' | 'cut' | 'reset';

/** A network that a test can break, between one process and a server on this machine. */
export interface TcpProxy {
  readonly port: number;
  /** Connections at this moment. */
  readonly connections: number;
  set(mode: ProxyMode): void;
  /**
   * Cuts everything just before these bytes would get to the server; resolves then. With `after`, only on a connection
   * on which those bytes went by before them.
   */
  cutBefore(bytes: string, options?: { after: string }): Promise<void>;
  /**
   * Lets these bytes get to the server, and resets that one connection instead of passing on the answer; resolves then.
   * `after` as above.
   */
  resetAfter(bytes: string, options?: { after: string }): Promise<void>;
  close(): Promise<void>;
}

interface Trap {
  /** What must have gone by before; empty when nothing must. */
  after: string;
  bytes: string;
  kind: 'cut' | 'reset';
  sprung(): void;
}

interface Line {
  near: Socket;
  far: Socket | undefined;
  /** What the trap waits for has gone by. */
  armed: boolean;
  /** What may not get through yet: it was on its way when everything was cut. */
  held: Buffer[];
  /** The answer to what was sent is not to arrive. */
  onAnswer: (() => void) | undefined;
}

/** Starts a proxy on a free port that passes everything to a port of this machine. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const lines = new Set<Line>();
  let mode: ProxyMode = 'pass';
  let trap: Trap | undefined;

  const reset = (line: Line) => {
    line.near.resetAndDestroy();
    line.far?.resetAndDestroy();
  };
  const set = (next: ProxyMode) => {
    mode = next;
    for (const line of [...lines]) {
      if (next === 'reset') reset(line);
      else if (next === 'cut') for (const socket of [line.near, line.far]) socket?.pause();
      else goOn(line);
    }
  };
  const goOn = (line: Line) => {
    if (!line.far) return reach(line);
    for (const chunk of line.held.splice(0)) line.far.write(chunk);
    line.near.resume();
    line.far.resume();
  };
  const reach = (line: Line) => {
    const far = connect({ port: targetPort, host: '127.0.0.1' });
    line.far = far;
    far.on('data', chunk => {
      if (line.onAnswer) {
        reset(line);
        line.onAnswer();
      } else pass(far, line.near, chunk);
    });
    line.near.on('data', chunk => {
      if (trap && line.armed && chunk.includes(trap.bytes)) {
        const { kind, sprung } = trap;
        trap = undefined;
        if (kind === 'cut') {
          set('cut');
          line.held.push(chunk);
          return sprung();
        }
        line.onAnswer = sprung;
      }
      if (trap && chunk.includes(trap.after)) line.armed = true;
      pass(line.near, far, chunk);
    });
    for (const [one, other] of [
      [line.near, far],
      [far, line.near],
    ] as const) {
      one.on('end', () => other.end());
      one.on('close', () => other.destroySoon());
    }
    far.on('error', () => line.near.resetAndDestroy());
    line.near.resume();
  };
  const pass = (from: Socket, to: Socket, chunk: Buffer) => {
    if (to.write(chunk)) return;
    from.pause();
    to.once('drain', () => {
      if (mode === 'pass') from.resume();
    });
  };

  const server = createServer({ pauseOnConnect: true, noDelay: true }, near => {
    const line: Line = { near, far: undefined, armed: trap?.after === '', held: [], onAnswer: undefined };
    lines.add(line);
    near.on('close', () => lines.delete(line));
    near.on('error', () => line.far?.resetAndDestroy());
    if (mode === 'reset') near.resetAndDestroy();
    else if (mode === 'pass') reach(line);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const spring = (kind: Trap['kind'], bytes: string, after = '') =>
    new Promise<void>(resolve => {
      trap = { kind, bytes, after, sprung: resolve };
      for (const line of lines) line.armed = after === '';
    });

  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return lines.size;
    },
    set,
    cutBefore: (bytes, options) => spring('cut', bytes, options?.after),
    resetAfter: (bytes, options) => spring('reset', bytes, options?.after),
    close: async () => {
      set('reset');
      server.close();
      await once(server, 'close');
    },
  };
}
