import { RollcallError } from '@rollcall/protocol';
import type { AppRouter } from '@rollcall/router';
import { type Operation, type OperationLink, TRPCClientError } from '@trpc/client';
import { type Observer, observable } from '@trpc/server/observable';
import type { TRPCClientIncomingMessage } from '@trpc/server/rpc';
import { webSocketClass } from '#web-socket';
import { onAbort } from '../events/on-abort.js';

/** Long enough for a phone that wakes up, short enough to notice a dead line within a minute. */
const PING_AFTER_MS = 25_000;
const PONG_WITHIN_MS = 10_000;

/** What the streams of a connection need. */
export interface SocketStreamsOptions {
  url: string;
  /** Default: that of the platform, if it has one. */
  WebSocketClass?: typeof WebSocket | undefined;
  onOpen(): void;
  /** The server has answered over the socket, with an error if it has refused a stream. */
  onAnswer(error?: TRPCClientError<AppRouter>): void;
  /** The socket was closed, is dead, or did not come into being; only in the first case there is a close code. */
  onLost(code: number | undefined, reason: string): void;
}

type Envelopes = ReturnType<OperationLink<AppRouter>>;
type Envelope = Envelopes extends { subscribe(observer: Partial<Observer<infer One, never>>): unknown }
  ? One
  : never;

type Answer = Extract<TRPCClientIncomingMessage, { result: unknown }>;
type Refusal = Extract<TRPCClientIncomingMessage, { error: unknown }>;

interface Stream {
  readonly op: Pick<Operation, 'path' | 'input' | 'context'>;
  readonly observer: Observer<Envelope, TRPCClientError<AppRouter>>;
  /** The last item that had an id. Over the next socket, the stream continues after it. */
  lastEventId: string | undefined;
}

/**
 * The subscriptions of one connection, in the messages of tRPC. They run over one socket at a time, and go on over the
 * next one after the last item that each of them got. It opens a socket only when it is told to.
 *
 * tRPC's own client for this is a third of what a page would download. It reconnects by itself, which would have to be
 * held back here, and sends the calls of one moment in one message, which servers limit: so every call has its own.
 */
export class SocketStreams {
  readonly #options: SocketStreamsOptions;
  readonly #WebSocketClass: typeof WebSocket;
  readonly #streams = new Map<number, Stream>();
  #lastId = 0;
  #socket: WebSocket | undefined;
  /** The socket, from when the server can hear of streams over it. */
  #ready: WebSocket | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #loss: TRPCClientError<AppRouter> | null = null;

  /** @throws RollcallError `UNAVAILABLE` where there is no WebSocket. */
  constructor(options: SocketStreamsOptions) {
    this.#options = options;
    const { WebSocketClass = webSocketClass() } = options;
    if (!WebSocketClass) {
      throw new RollcallError('UNAVAILABLE', 'there is no WebSocket here: use the transport "sse"', {
        unrecoverable: true,
      });
    }
    this.#WebSocketClass = WebSocketClass;
  }

  /** The terminating link for subscriptions. */
  readonly link: OperationLink<AppRouter> = ({ op }) =>
    observable(observer => {
      const id = ++this.#lastId;
      const stream: Stream = { op, observer, lastEventId: undefined };
      this.#streams.set(id, stream);
      this.#tell(stream);
      this.#ask(id, stream);
      const removeAbort = onAbort(op.signal ?? undefined, () => observer.complete());
      if (op.signal?.aborted) observer.complete();
      return () => {
        removeAbort();
        if (this.#streams.delete(id)) this.#send({ id, method: 'subscription.stop' });
      };
    });

  /** Opens a socket. @param token goes into the first message, never into the URL. */
  open(token: string): void {
    let socket: WebSocket;
    try {
      socket = new this.#WebSocketClass(`${this.#options.url}?connectionParams=1`);
    } catch {
      // At an address that the browser forbids, for instance: then nothing opens, and nothing closes.
      queueMicrotask(() => this.#options.onLost(undefined, ''));
      return;
    }
    this.#socket = socket;
    // What a socket says that was dropped concerns nobody, but an error without a listener would be thrown in Node.
    socket.addEventListener('error', () => undefined);
    socket.addEventListener('open', () => {
      if (socket !== this.#socket) return;
      this.#ready = socket;
      this.#send({ method: 'connectionParams', data: { token } });
      this.#options.onOpen();
      this.#hear();
      // Who hears of it may begin another one at once, which asks for itself.
      const waiting = [...this.#streams];
      for (const [, stream] of waiting) this.#tell(stream);
      for (const [id, stream] of waiting) if (this.#streams.has(id)) this.#ask(id, stream);
    });
    socket.addEventListener('message', ({ data }) => {
      if (socket === this.#socket) this.#receive(data);
    });
    socket.addEventListener('close', ({ code, reason }) => {
      if (socket === this.#socket) this.#lose(code, reason);
    });
  }

  /** Closes the socket. The streams wait for the next one. */
  drop(): void {
    clearTimeout(this.#silence);
    const socket = this.#socket;
    if (!socket) return;
    this.#socket = undefined;
    this.#ready = undefined;
    socket.close();
    this.#loss = TRPCClientError.from(new Error('WebSocket closed'));
    for (const stream of this.#streams.values()) this.#tell(stream);
  }

  /** Ends all streams, without an error unless one is given. */
  end(error?: Error): void {
    const streams = [...this.#streams.values()];
    this.#streams.clear();
    for (const { observer } of streams) {
      callBack(() => (error ? observer.error(TRPCClientError.from(error)) : observer.complete()));
    }
    this.drop();
  }

  #lose(code?: number, reason = ''): void {
    this.drop();
    this.#options.onLost(code, reason);
  }

  #send(message: object): void {
    if (this.#ready?.readyState === 1) this.#ready.send(JSON.stringify(message));
  }

  #ask(id: number, { op: { path, input }, observer, lastEventId }: Stream): void {
    try {
      this.#send({ id, method: 'subscription', params: { path, input, lastEventId } });
    } catch (error) {
      // JSON cannot say everything.
      this.#streams.delete(id);
      observer.error(TRPCClientError.from(error as Error));
    }
  }

  #receive(text: unknown): void {
    this.#hear();
    if (text === 'PONG') return;
    if (text === 'PING') {
      this.#ready?.send('PONG');
      return;
    }
    const { id, result, error: failed } = messageIn(text);
    if (!((result ?? failed) instanceof Object)) {
      // Something else has said it, in the place of a server or on the way.
      this.#lose();
      return;
    }
    const stream = this.#streams.get(id as number);
    if (!stream) return;
    const { observer } = stream;
    if (result) {
      this.#options.onAnswer();
      if (result.type === 'data' && 'id' in result) stream.lastEventId = result.id;
      const isOver = result.type === 'stopped';
      if (isOver) this.#streams.delete(id as number);
      callBack(() => observer.next({ result }));
      if (isOver) callBack(() => observer.complete());
    } else {
      const error = TRPCClientError.from<AppRouter>({ error: failed } as Refusal);
      this.#streams.delete(id as number);
      this.#options.onAnswer(error);
      callBack(() => observer.error(error));
    }
  }

  /** Something has arrived: the line is alive. */
  #hear(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      this.#ready?.send('PING');
      this.#silence = setTimeout(() => this.#lose(), PONG_WITHIN_MS);
    }, PING_AFTER_MS);
  }

  /** Users of the raw client can follow the state of the connection. */
  #tell({ op: { context }, observer }: Stream): void {
    const result = this.#ready
      ? ({ type: 'state', state: 'pending', error: null } as const)
      : ({ type: 'state', state: 'connecting', error: this.#loss } as const);
    callBack(() => observer.next({ result, context }));
  }
}

/** A message; it is empty where the text is not one. */
function messageIn(text: unknown): Partial<Answer & Refusal> {
  try {
    return JSON.parse(text as string) ?? {};
  } catch {
    return {};
  }
}

/** Calls what belongs to the application. What it throws must not keep the connection from its own work. */
function callBack(call: () => void): void {
  try {
    call();
  } catch (error) {
    setTimeout(() => {
      throw error;
    });
  }
}
