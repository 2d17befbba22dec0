import { CLOSE_CODES, RollcallError } from '@rollcall/protocol';
import type { AppRouter } from '@rollcall/router';
import {
  createWSClient,
  TRPCClientError,
  type TRPCLink,
  type TRPCWebSocketClient,
  wsLink,
} from '@trpc/client';
import { observable } from '@trpc/server/observable';
import { webSocketClass } from '#web-socket';
import { fatalClose } from './close-reason.js';
import type { ConnectionState } from './connection-state.js';
import { oneCallPerMessage } from './one-call-per-message.js';
import { ReconnectDelay } from './reconnect-delay.js';

const OPEN_TIMEOUT_MS = 10_000;

/** Where there is another way, nobody is kept waiting for long. */
const FIRST_OPEN_TIMEOUT_MS = 5_000;

/** Long enough for a phone that wakes up, short enough to notice a dead line within a minute. */
const KEEP_ALIVE = { enabled: true, intervalMs: 25_000, pongTimeoutMs: 10_000 };

/** What a socket needs. */
export interface SocketOptions {
  url: string;
  /** The token for a connection that has just opened. It goes into the first message, never into the URL. */
  token(): Promise<string>;
  /** Whether a fresh token can be had. */
  renewable(): boolean;
  /** The server has called the token of this connection expired. */
  onTokenExpired(): void;
  onState(state: ConnectionState): void;
  /**
   * Gives up with `SocketUnreachable` when so many first attempts have failed, or one of them got no answer at all;
   * default never.
   */
  attemptsBeforeUnreachable?: number;
}

/** No WebSocket could be opened at all: some proxies let none through. */
export class SocketUnreachable extends Error {
  override readonly name = 'SocketUnreachable';
}

/**
 * A WebSocket that is opened again, with random waits, whenever it is lost; its subscriptions go on from the last page
 * each of them got. It ends for good when it is closed here, when the server says that coming back is no use, or when it
 * proves unreachable; in the last two cases its subscriptions end with that error.
 */
export class Socket {
  readonly #options: SocketOptions;
  readonly #delay = new ReconnectDelay();
  readonly #client: TRPCWebSocketClient;
  #everOpened = false;
  #ended = false;
  #error: Error | undefined;
  #openTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SocketOptions) {
    this.#options = options;
    const WebSocketClass = webSocketClass();
    if (!WebSocketClass) {
      throw new RollcallError('UNAVAILABLE', 'there is no WebSocket here; take the transport sse', {
        unrecoverable: true,
      });
    }
    this.#client = createWSClient({
      WebSocket: oneCallPerMessage(WebSocketClass),
      url: () => {
        this.#limitOpening();
        return options.url;
      },
      connectionParams: async () => ({ token: await options.token() }),
      keepAlive: KEEP_ALIVE,
      retryDelayMs: attempt => this.#beforeRetry(attempt),
      onOpen: () => this.#opened(),
      onClose: event => this.#closed(event?.code, String((event as { reason?: unknown })?.reason ?? '')),
      onError: () => clearTimeout(this.#openTimer),
    });
    this.#client.connectionState.subscribe({
      next: ({ state }) => {
        if (this.#ended || state !== 'connecting') return;
        options.onState({ status: this.#everOpened ? 'reconnecting' : 'connecting' });
      },
    });
  }

  /** The terminating link for subscriptions over this socket. */
  readonly link: TRPCLink<AppRouter> = runtime => {
    const overSocket = wsLink<AppRouter>({ client: this.#client })(runtime);
    return ({ op, next }) =>
      observable(observer =>
        overSocket({ op, next }).subscribe({
          next: envelope => {
            // A socket that is open may still be refused; one that carries something is not.
            if (envelope.result.type !== 'state') {
              this.#options.onState({ status: 'connected', transport: 'ws' });
            }
            observer.next(envelope);
          },
          error: error => observer.error(error),
          // tRPC completes what runs over a socket that is closed for good, whatever the reason was.
          complete: () =>
            this.#error ? observer.error(TRPCClientError.from(this.#error)) : observer.complete(),
        }),
      );
  };

  /** Whether it is over: a new subscription needs a new socket. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Drops the connection and comes back with the token that holds then. */
  reconnect(): void {
    if (this.#client.connection?.state === 'open') this.#client.connection.ws.close();
  }

  /** Ends its subscriptions, without an error unless one is given. */
  close(error?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    clearTimeout(this.#openTimer);
    this.#client.close().catch(() => undefined);
  }

  #opened(): void {
    this.#everOpened = true;
    clearTimeout(this.#openTimer);
    this.#delay.opened();
  }

  #closed(code: number | undefined, reason: string): void {
    clearTimeout(this.#openTimer);
    this.#delay.closed(code);
    if (this.#ended) return;
    const fatal = fatalClose(code, reason, this.#options.renewable());
    if (fatal) {
      this.#options.onState({ status: 'disconnected', error: fatal });
      this.close(fatal);
    } else if (code === CLOSE_CODES.tokenExpired) this.#options.onTokenExpired();
  }

  #beforeRetry(attempt: number): number {
    if (this.#mayBeUnreachable && attempt + 1 >= (this.#options.attemptsBeforeUnreachable ?? 0)) {
      this.#giveUp();
      return 0;
    }
    return this.#delay.delayMs(attempt);
  }

  /** A proxy that swallows the handshake would keep an attempt open for ever. */
  #limitOpening(): void {
    clearTimeout(this.#openTimer);
    const limitMs = this.#mayBeUnreachable ? FIRST_OPEN_TIMEOUT_MS : OPEN_TIMEOUT_MS;
    this.#openTimer = setTimeout(() => {
      const opening =
        this.#client.connection?.state === 'connecting' ? this.#client.connection.ws : undefined;
      if (this.#mayBeUnreachable) this.#giveUp();
      opening?.close();
    }, limitMs);
  }

  get #mayBeUnreachable(): boolean {
    return this.#options.attemptsBeforeUnreachable !== undefined && !this.#everOpened;
  }

  #giveUp(): void {
    this.close(new SocketUnreachable(`no WebSocket to ${this.#options.url} could be opened`));
  }
}
