import { once } from 'node:events';
import { WebSocket } from 'ws';

/** A message of the server: the answer to the request with this id. */
export interface RawMessage {
  id: number | null;
  result?: { type: 'started' | 'data' | 'stopped'; id?: string; data?: unknown };
  error?: { message: string; data: { code: string } };
}

/** A WebSocket that does only what it is told to: no limits, no patience and no manners of the client's. */
export class RawSocket {
  readonly socket: WebSocket;
  readonly messages: RawMessage[] = [];
  /** The code and reason with which it was closed. */
  closed: { code: number; reason: string } | undefined;
  #id = 0;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', data => {
      const text = String(data);
      if (text === 'PING') socket.send('PONG');
      else this.messages.push(...([JSON.parse(text)].flat() as RawMessage[]));
    });
    socket.on('error', () => undefined);
    socket.on('close', (code, reason) => {
      this.closed = { code, reason: String(reason) };
    });
  }

  /** Opens a socket and sends its token. It does not wait for what the server says of the token. */
  static async open(url: string, token: string | undefined): Promise<RawSocket> {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/trpc?connectionParams=1`);
    const raw = new RawSocket(socket);
    await once(socket, 'open');
    if (token !== undefined) socket.send(JSON.stringify({ method: 'connectionParams', data: { token } }));
    return raw;
  }

  /** Sends a request. @returns its id. */
  send(method: 'query' | 'mutation' | 'subscription', path: string, input?: unknown): number {
    this.#id += 1;
    this.socket.send(JSON.stringify({ id: this.#id, method, params: { path, input } }));
    return this.#id;
  }

  /** Stops to read: what the server sends waits on its side. */
  stopReading(): void {
    this.socket.pause();
  }

  /** The codes of the errors that have come, each with its number. */
  get refusals(): Record<string, number> {
    const codes: Record<string, number> = {};
    for (const { error } of this.messages) {
      if (error) codes[error.data.code] = (codes[error.data.code] ?? 0) + 1;
    }
    return codes;
  }

  /** Gives the socket up, whether the server answers or not. */
  end(): void {
    this.socket.terminate();
  }
}
