import type { AppRouter } from '@rollcall/router';
import { TRPCClientError, type TRPCLink } from '@trpc/client';
import { observable, type Unsubscribable } from '@trpc/server/observable';
import { webSocketClass } from '#web-socket';
import type { TokenSource } from '../access/token-source.js';
import type { Subscription } from '../subscription.js';
import { toRollcallError } from '../to-rollcall-error.js';
import type { ObservableConnection } from './connection-state.js';
import type { ServerUrls } from './server-url.js';
import { SocketConnection, SocketUnreachable } from './socket-connection.js';
import { sseLink } from './sse-link.js';

/** How events arrive. `auto` uses WebSocket, and SSE where no WebSocket can be opened. */
export type TransportChoice = 'auto' | 'ws' | 'sse';

/** What the transport of subscriptions needs. */
export interface SubscriptionTransportOptions {
  urls: ServerUrls;
  choice: TransportChoice;
  tokens(): TokenSource;
  connection: ObservableConnection;
}

/** With `auto`, SSE takes over when this many attempts at a first WebSocket have failed. */
const ATTEMPTS_BEFORE_SSE = 2;

/** A restart leaves no subscription for a moment. The connection survives that moment. */
const LINGER_MS = 200;

/**
 * Carries all subscriptions of a client, over one WebSocket or over SSE. It connects with the first subscription and
 * closes soon after the last. With `auto` it chooses between the two when the first connection opens, and keeps to that
 * until it closes. When the server refuses the connection, its subscriptions fail. Only a new subscription connects
 * again.
 */
export class SubscriptionTransport {
  readonly #options: SubscriptionTransportOptions;
  #mode: 'ws' | 'sse' = 'ws';
  /** The mode has worked, or no other one is allowed. */
  #settled = false;
  #socket: SocketConnection | undefined;
  #streams = 0;
  #holders = 0;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SubscriptionTransportOptions) {
    this.#options = options;
    this.#startAfresh();
  }

  /** The terminating link for subscriptions. */
  readonly link: TRPCLink<AppRouter> =
    runtime =>
    ({ op, next }) =>
      observable(observer => {
        let running: Unsubscribable | undefined;
        const start = (): void => {
          const link = this.#mode === 'ws' ? this.#openSocket().link : this.#sseLink();
          running = link(runtime)({ op, next }).subscribe({
            ...observer,
            error: error => (this.#switchesToSse(error) ? start() : observer.error(error)),
          });
        };
        const held = this.hold();
        try {
          start();
        } catch (error) {
          observer.error(TRPCClientError.from(error as Error));
        }
        return () => {
          running?.unsubscribe();
          held.unsubscribe();
        };
      });

  /** Keeps the connection, or the choice of one, until the caller unsubscribes. */
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
   * A subscription got the error that the token has expired: the socket comes back with a fresh one. Streams over SSE
   * renew their tokens themselves.
   */
  renewToken(): void {
    this.#socket?.renewToken();
  }

  /** Closes the connection now. Subscriptions that still run over it complete. */
  close(): void {
    clearTimeout(this.#idleTimer);
    this.#socket?.close();
    this.#socket = undefined;
    this.#startAfresh();
    // After a refusal the state is `disconnected` already, with the error. The error stays visible.
    const { connection } = this.#options;
    if (connection.state.status === 'disconnected') connection.wait(this, undefined);
    else connection.wait(this, undefined, { status: 'disconnected' });
  }

  #startAfresh(): void {
    this.#mode = this.#firstMode;
    this.#settled = this.#options.choice !== 'auto';
  }

  get #firstMode(): 'ws' | 'sse' {
    const { choice } = this.#options;
    if (choice === 'auto') return webSocketClass() ? 'ws' : 'sse';
    return choice;
  }

  #openSocket(): SocketConnection {
    if (this.#socket && !this.#socket.ended) return this.#socket;
    const { urls, connection, tokens } = this.#options;
    const socket = new SocketConnection({
      url: urls.webSocket,
      token: () => tokens().current(),
      renews: code => tokens().renews(code),
      forgetToken: token => tokens().expired(token),
      onState: (state, error) => {
        if (state.status === 'connected') this.#settled = true;
        connection.wait(this, error, state);
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

  /** Over SSE every subscription is a stream, and a request, of its own. */
  #sseLink(): TRPCLink<AppRouter> {
    const { urls, connection, tokens } = this.#options;
    if (connection.state.status === 'disconnected') connection.set({ status: 'connecting' });
    return sseLink({
      url: urls.http,
      token: () => tokens().current(),
      onOpen: () => {
        this.#settled = true;
        this.#streams += 1;
        connection.wait(this, undefined, { status: 'connected', transport: 'sse' });
      },
      onClose: () => {
        this.#streams -= 1;
      },
      onBroken: (error, token) => {
        if (tokens().renews(toRollcallError(error).code)) tokens().expired(token);
        if (this.#streams === 0 && connection.state.status === 'connected')
          connection.set({ status: 'reconnecting' });
        // Neither WebSocket nor SSE works, so the server is away. When it is back, WebSocket gets its chance again.
        if (!this.#settled) this.#mode = this.#firstMode;
      },
    });
  }
}
