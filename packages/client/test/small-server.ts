import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import {
  ERROR_CODES,
  type ErrorCode,
  type EventPage,
  RollcallError,
  type RollcallEvent,
  type Task,
  type WatchEventsInput,
} from '@rollcall/protocol';
import { initTRPC, TRPCError, type TrackedEnvelope, tracked } from '@trpc/server';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import { applyWSSHandler } from '@trpc/server/adapters/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { updated } from './scripted-live-source.js';

/** The task that every call of the life cycle is answered with. */
export const TASK_ID = '6a1c2a0e-51f4-4a43-8a2e-5d0b7c0f9a11';

/** How that task ended. */
export const EXPORT_TASK: Task = {
  task_id: TASK_ID,
  type: 'users.export',
  status: 'completed',
  progress: { done: 1, total: 1, failed: 0 },
  created_at: 1,
  updated_at: 2,
  result: {
    users: { jane: { status: 'done' } },
    export: { url: `/exports/${TASK_ID}.ndjson?expires=3&signature=s`, url_expires_at: 3, bytes: 10 },
  },
};

interface Context {
  token: string;
}

/**
 * A server that speaks the protocol over real sockets and does what the test tells it: just enough of the procedures to
 * hold the client's transport against. Its log holds updates of users.
 */
export class SmallServer {
  /** Requests as they came: method and URL. */
  readonly requests: string[] = [];
  /** Tokens of connections, event streams and calls, in order. */
  readonly tokens: string[] = [];
  /** Procedures that were called, with their inputs. */
  readonly calls: [path: string, input: unknown][] = [];
  /** Inputs of the subscriptions that were started. */
  readonly subscriptions: WatchEventsInput[] = [];
  /** What is refused: a token, and with which code. */
  readonly refused = new Map<string, ErrorCode>();
  readonly sockets = new Set<WebSocket>();
  /** Whether WebSockets can be opened. */
  takesWebSockets = true;
  readonly #log: RollcallEvent[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #connections = new Set<Socket>();
  readonly #server = createServer();
  readonly #webSockets = new WebSocketServer({ noServer: true });

  static async start(): Promise<SmallServer> {
    const server = new SmallServer();
    server.#serve();
    await new Promise<void>(resolve => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Writes the update of a user into the log. */
  update(userId = 'jane'): void {
    this.#log.push(updated(this.#log.length + 1, userId));
    for (const wake of [...this.#waiting]) wake();
  }

  /** Closes every WebSocket with a code. */
  closeSockets(code: number, reason = ''): void {
    for (const socket of this.sockets) socket.close(code, reason);
  }

  /** Cuts every connection, without a word. */
  cut(): void {
    for (const connection of this.#connections) connection.destroy();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise(resolve => this.#server.close(resolve));
  }

  #serve(): void {
    const router = this.#router();
    const context = (token: unknown): Context => {
      this.tokens.push(String(token));
      return { token: String(token) };
    };
    const call = createHTTPHandler({
      router,
      basePath: '/trpc/',
      allowMethodOverride: true,
      createContext: ({ req }) => context(req.headers.authorization),
    });
    this.#server.on('connection', connection => {
      this.#connections.add(connection);
      connection.on('close', () => this.#connections.delete(connection));
    });
    this.#server.on('request', (request, response) => {
      this.requests.push(`${request.method} ${request.url}`);
      call(request, response);
    });
    this.#server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      this.requests.push(`UPGRADE ${request.url}`);
      if (this.takesWebSockets) {
        this.#webSockets.handleUpgrade(request, socket, head, opened => {
          this.sockets.add(opened);
          opened.on('close', () => this.sockets.delete(opened));
          this.#webSockets.emit('connection', opened, request);
        });
      } else socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n');
    });
    applyWSSHandler({
      wss: this.#webSockets,
      router,
      maxBatchSize: 20,
      createContext: ({ info }) => context(info.connectionParams?.token),
    });
  }

  #router() {
    const t = initTRPC.context<Context>().create({
      isDev: false,
      errorFormatter: ({ shape, error }) => ({
        ...shape,
        data: error.cause instanceof RollcallError ? error.cause.toData() : shape.data,
      }),
    });
    const procedure = t.procedure
      .input((input: unknown) => input)
      .use(({ ctx, next, path, input }) => {
        this.calls.push([path, input]);
        const code = this.refused.get(ctx.token.replace('Bearer ', ''));
        if (code) throw transported(new RollcallError(code, `refused: ${code}`));
        return next();
      });
    const position = () => `log.${this.#log.length}`;
    const user = (id: string) => (updated(1, id) as { user: object }).user;
    return t.router({
      users: t.router({
        connect: procedure.mutation(({ input }) => {
          const { id } = (input as { user: { id: string } }).user;
          return { user: user(id), position: position() };
        }),
        query: procedure.query(() => ({ users: [user('john')], position: position() })),
        partialUpdate: procedure.mutation(() => ({ users: { jane: user('jane') } })),
        deactivate: procedure.mutation(() => ({ user: user('jane') })),
        deactivateMany: procedure.mutation(() => ({ task_id: TASK_ID })),
        reactivate: procedure.mutation(() => ({ user: user('jane') })),
        reactivateMany: procedure.mutation(() => ({ task_id: TASK_ID })),
        deleteMany: procedure.mutation(() => ({ task_id: TASK_ID })),
        previewDelete: procedure.query(() => ({ users: 1, products: {} })),
        restoreMany: procedure.mutation(() => ({ task_id: TASK_ID })),
        exportOne: procedure.query(() => ({ user: user('jane'), records: {} })),
        exportMany: procedure.mutation(() => ({ task_id: TASK_ID })),
      }),
      tasks: t.router({
        get: procedure.query(() => EXPORT_TASK),
        list: procedure.query(() => ({ tasks: [EXPORT_TASK], next: 'more' })),
        cancel: procedure.mutation(() => EXPORT_TASK),
      }),
      live: t.router({
        events: procedure.subscription(({ input, signal }) =>
          this.#events(input as WatchEventsInput, signal!),
        ),
        task: procedure.subscription(async function* () {
          yield EXPORT_TASK;
        }),
      }),
    });
  }

  async *#events(input: WatchEventsInput, signal: AbortSignal): AsyncGenerator<TrackedEnvelope<EventPage>> {
    this.subscriptions.push(input);
    let seq = input.lastEventId === undefined ? this.#log.length : Number(input.lastEventId.split('.')[1]);
    for (let first = true; !signal.aborted; first = false) {
      const events = this.#log.slice(seq);
      seq += events.length;
      if (first || events.length > 0) yield tracked(`log.${seq}`, { events });
      await new Promise<void>(resolve => {
        const wake = () => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
        signal.addEventListener('abort', wake);
        if (this.#log.length > seq || signal.aborted) wake();
      });
    }
  }
}

function transported(error: RollcallError): TRPCError {
  return new TRPCError({ code: ERROR_CODES[error.code].trpc, message: error.message, cause: error });
}
