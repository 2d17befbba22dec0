import type { AppRouter } from '@rollcall/router';
import { TRPCClientError, type TRPCLink } from '@trpc/client';
import { observable, type Unsubscribable } from '@trpc/server/observable';
import { webSocketClass } from '#web-socket';
import type { TokenSource } from '../access/token-source.js';
import type { Subscription } from '../subscription.js';
import { toRollcallError } from '../to-rollcall-error.js';
import type { ObservableConnection } from './connection-state.js';
import type { ServerUrls } from './server-url.js';
import { Socket, SocketUnreachable } from './socket-connection.js';

/** How events come: `auto` takes WebSocket, and SSE where no WebSocket can be opened. */
export type TransportChoice = 'auto' | 'ws' | 'sse';

/** What a live connection needs. */
export interface LiveConnectionOptions {
  urls: ServerUrls;
  transport: TransportChoice;
  tokens(): TokenSource;
  connection: ObservableConnection;
}

/** With `auto`, SSE is tried after this many attempts at a first WebSocket have failed. */
const ATTEMPTS_BEFORE_SSE = 2;

/** A subscription that is restarted leaves none for a moment; the connection outlives that moment. */
const LINGER_MS = 200;

/**
 * The one connection that carries all subscriptions of a client. It opens with the first subscription and closes soon
 * after the last. With `auto`, the choice between WebSocket and SSE stands from the first connection that opens to the
 * close. A connection that the server has closed for good fails its subscriptions; only new ones open it again.
 */
export class LiveConnection {
  readonly #options: LiveConnectionOptions;
  #mode: 'ws' | 'sse' = 'ws';
  /** One of the two has worked, or is the only one that is allowed. */
  #settled = false;
  #socket: Socket | undefined;
  #streams = 0;
  #holders = 0;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LiveConnectionOptions) {
    this.#options = options;
    this.#startAfresh();
  }

  /** The terminating link for subscriptions. */
  readonly link: TRPCLink<AppRouter> =
    runtime =>
    ({ op, next }) =>
      observable(observer => {
        let running: Unsubscribable | undefined;
        let stopped = false;
        const fail = (error: unknown) => observer.error(TRPCClientError.from(error as Error));
        const start = async (): Promise<void> => {
          const link = this.#mode === 'ws' ? this.#openSocket().link : await this.#sseLink();
          if (stopped) return;
          running = link(runtime)({ op, next }).subscribe({
            next: envelope => observer.next(envelope),
            complete: () => observer.complete(),
            error: error => (this.#switchesToSse(error) ? void start().catch(fail) : observer.error(error)),
          });
        };
        const held = this.hold();
        start().catch(fail);
        return () => {
          stopped = true;
          running?.unsubscribe();
          held.unsubscribe();
        };
      });

  /** Keeps the connection, or the choice of it, until it is let go of. */
  hold(): Subscription {
    clearTimeout(this.#idleTimer);
    this.#holders += 1;
    let held = true;
    return {
      unsubscribe: () => {
        if (!held) return;
        held = false;
        this.#holders -= 1;
        if (this.#holders === 0) this.#idleTimer = setTimeout(() => this.close(), LINGER_MS);
      },
    };
  }

  /**
   * A subscription was told that the token has expired: the socket comes back with a fresh one. Streams over SSE see to
   * their own tokens.
   */
  renewToken(): void {
    this.#socket?.renewToken();
  }

  /** Closes the connection now. Whatever still runs over it completes. */
  close(): void {
    clearTimeout(this.#idleTimer);
    this.#socket?.close();
    this.#socket = undefined;
    this.#startAfresh();
    // A connection that was refused stays visible as such.
    if (this.#options.connection.state.status !== 'disconnected') {
      this.#options.connection.set({ status: 'disconnected' });
    }
  }

  #startAfresh(): void {
    this.#mode = this.#firstMode;
    this.#settled = this.#options.transport !== 'auto';
  }

  get #firstMode(): 'ws' | 'sse' {
    const { transport } = this.#options;
    if (transport === 'auto') return webSocketClass() ? 'ws' : 'sse';
    return transport;
  }

  #openSocket(): Socket {
    if (this.#socket && !this.#socket.ended) return this.#socket;
    const { urls, connection, tokens } = this.#options;
    const socket = new Socket({
      url: urls.webSocket,
      token: () => tokens().current(),
      renews: code => tokens().renews(code),
      forgetToken: token => tokens().expired(token),
      onState: state => {
        if (state.status === 'connected') this.#settled = true;
        connection.set(state);
      },
      ...(!this.#settled && { attemptsBeforeUnreachable: ATTEMPTS_BEFORE_SSE }),
    });
    this.#socket = socket;
    return socket;
  }

  #switchesToSse(error: unknown): boolean {
    const unreachable = error instanceof Error && error.cause instanceof SocketUnreachable;
    if (unreachable) this.#mode = 'sse';
    return unreachable;
  }

  /** Every subscription over SSE is a stream, and a connection, of its own. */
  async #sseLink(): Promise<TRPCLink<AppRouter>> {
    // Loaded when it is needed, so that a bundler can keep it out of what every page downloads.
    const { sseLink } = await import('./sse-link.js');
    const { urls, connection, tokens } = this.#options;
    if (connection.state.status === 'disconnected') connection.set({ status: 'connecting' });
    return sseLink({
      url: urls.http,
      token: () => tokens().current(),
      onOpen: () => {
        this.#settled = true;
        this.#streams += 1;
        connection.set({ status: 'connected', transport: 'sse' });
      },
      onClose: () => {
        this.#streams -= 1;
      },
      onBroken: (error, token) => {
        if (tokens().renews(toRollcallError(error).code)) tokens().expired(token);
        if (this.#streams === 0 && connection.state.status === 'connected')
          connection.set({ status: 'reconnecting' });
        // Neither way works, so the server is away. When it is back, WebSocket gets its chance again.
        if (!this.#settled) this.#mode = this.#firstMode;
      },
    });
  }
}
