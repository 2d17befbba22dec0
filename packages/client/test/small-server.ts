import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import {
  type Ban,
  type Block,
  type Device,
  ERROR_CODES,
  type ErrorCode,
  type EventPage,
  type PresenceEvent,
  RollcallError,
  type RollcallEvent,
  type Task,
  type UserEvent,
  type WatchEventsInput,
} from '@rollcall/protocol';
import { initTRPC, TRPCError, type TrackedEnvelope, tracked } from '@trpc/server';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import { applyWSSHandler } from '@trpc/server/adapters/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { updated } from './scripted-live-source.js';

/** The task in the answer to every call of the life cycle. */
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

const JOHN = (updated(1, 'john') as UserEvent).user;

/** The ban that `moderation.queryBanned` finds. */
export const BAN: Ban = { user_id: 'john', user: JOHN, shadow: false, created_at: 1 };

/** The block that `blocks.list` finds. */
export const BLOCK: Block = { user_id: 'john', user: JOHN, created_at: 1 };

/** The device that `devices` knows. */
export const DEVICE: Device = { id: 'phone', push_provider: 'apn', created_at: 1 };

interface Context {
  token: string;
}

/**
 * A server that speaks the protocol over real sockets and does what the test says. It has just enough of the procedures
 * to hold the client's transport against. Its log holds updates of users.
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
  /** The users of each presence subscription. */
  readonly presence: string[][] = [];
  /** The users that are online. */
  readonly online = new Set<string>();
  /** The tokens that are refused, each with its error code. */
  readonly refused = new Map<string, ErrorCode>();
  /** The seconds that a refusal names. */
  retry_after: number | undefined;
  /** Whether calls are left without an answer. */
  hangs = false;
  /** Whether subscriptions are left without an answer. */
  leavesStreams = false;
  readonly sockets = new Set<WebSocket>();
  /** Whether WebSockets can be opened. */
  takesWebSockets = true;
  readonly #log: RollcallEvent[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #connections = new Set<Socket>();
  readonly #server = createServer();
  readonly #webSockets = new WebSocketServer({ noServer: true });

  /** @param port 0: any. */
  static async start(port = 0): Promise<SmallServer> {
    const server = new SmallServer();
    server.#serve();
    await new Promise<void>(resolve => server.#server.listen(port, '127.0.0.1', resolve));
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

  /** Makes a user come online, or go offline. */
  setOnline(userId: string, online: boolean): void {
    if (online) this.online.add(userId);
    else this.online.delete(userId);
    for (const wake of [...this.#waiting]) wake();
  }

  /** Closes every WebSocket with a code. */
  closeSockets(code: number, reason = ''): void {
    for (const socket of this.sockets) socket.close(code, reason);
  }

  /** Cuts every connection without a close message. */
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
      .use(async ({ ctx, next, path, input, type }) => {
        this.calls.push([path, input]);
        if (type === 'subscription' ? this.leavesStreams : this.hangs) await new Promise(() => undefined);
        const code = this.refused.get(ctx.token.replace('Bearer ', ''));
        if (code)
          throw transported(new RollcallError(code, `refused: ${code}`, { retry_after: this.retry_after }));
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
        connectGuest: procedure.mutation(({ input }) => {
          const { id = 'guest-1' } = (input as { user: { id?: string } }).user;
          return { user: user(id), position: position(), token: `token-of-${id}` };
        }),
        query: procedure.query(() => ({ users: [user('john')], position: position() })),
        upsert: procedure.mutation(() => ({ users: { jane: user('jane') } })),
        partialUpdate: procedure.mutation(() => ({ users: { jane: user('jane') } })),
        deactivate: procedure.mutation(() => ({ user: user('jane') })),
        deactivateMany: procedure.mutation(() => ({ task_id: TASK_ID })),
        reactivate: procedure.mutation(() => ({ user: user('jane') })),
        reactivateMany: procedure.mutation(() => ({ task_id: TASK_ID })),
        deleteMany: procedure.mutation(() => ({ task_id: TASK_ID })),
        previewDelete: procedure.query(() => ({ users: 1, products: {} })),
        restoreMany: procedure.mutation(() => ({ task_id: TASK_ID })),
        exportOne: procedure.query(() => ({ user: user('jane'), records: {} })),
        act: procedure.mutation(() => ({ task_id: TASK_ID })),
        previewAct: procedure.query(() => ({ count: 1, more: false, sample: [user('john')] })),
        exportMany: procedure.mutation(() => ({ task_id: TASK_ID })),
      }),
      tokens: t.router({ revoke: procedure.mutation(() => ({})) }),
      moderation: t.router({
        ban: procedure.mutation(() => ({ user: user('john') })),
        unban: procedure.mutation(() => ({ user: user('john') })),
        shadowBan: procedure.mutation(() => ({ user: user('john') })),
        removeShadowBan: procedure.mutation(() => ({ user: user('john') })),
        queryBanned: procedure.query(() => ({ bans: [BAN], next: 'more' })),
      }),
      blocks: t.router({
        block: procedure.mutation(() => ({ user: user('jane') })),
        unblock: procedure.mutation(() => ({ user: user('jane') })),
        list: procedure.query(() => ({ blocks: [BLOCK] })),
      }),
      devices: t.router({
        add: procedure.mutation(() => ({ devices: [DEVICE] })),
        list: procedure.query(() => ({ devices: [DEVICE] })),
        remove: procedure.mutation(() => ({ devices: [] })),
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
        presence: procedure.subscription(({ input, signal }) =>
          this.#presence(input as { user_ids: string[] }, signal!),
        ),
        task: procedure.subscription(async function* () {
          yield EXPORT_TASK;
        }),
      }),
    });
  }

  async *#presence(input: { user_ids: string[] }, signal: AbortSignal): AsyncGenerator<PresenceEvent[]> {
    this.presence.push(input.user_ids);
    const sent = new Map<string, boolean>();
    while (!signal.aborted) {
      const news = input.user_ids.filter(id => sent.get(id) !== this.online.has(id));
      for (const id of news) sent.set(id, this.online.has(id));
      if (news.length > 0) {
        yield news.map(id => ({
          type: 'user.presence.changed' as const,
          created_at: 1,
          actor: { type: 'system' as const },
          user: { id, online: this.online.has(id) },
        }));
      }
      await this.#woken(signal, () => false);
    }
  }

  /** Waits until something may have happened, unless it has already. */
  #woken(signal: AbortSignal, ready: () => boolean): Promise<void> {
    return new Promise(resolve => {
      const wake = () => {
        this.#waiting.delete(wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake);
      if (ready() || signal.aborted) wake();
    });
  }

  async *#events(input: WatchEventsInput, signal: AbortSignal): AsyncGenerator<TrackedEnvelope<EventPage>> {
    this.subscriptions.push(input);
    let seq = input.lastEventId === undefined ? this.#log.length : Number(input.lastEventId.split('.')[1]);
    for (let first = true; !signal.aborted; first = false) {
      const events = this.#log.slice(seq);
      seq += events.length;
      if (first || events.length > 0) yield tracked(`log.${seq}`, { events });
      await this.#woken(signal, () => this.#log.length > seq);
    }
  }
}

function transported(error: RollcallError): TRPCError {
  return new TRPCError({ code: ERROR_CODES[error.code].trpc, message: error.message, cause: error });
}
