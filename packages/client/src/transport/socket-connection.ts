import { CLOSE_CODES, type ErrorCode, RollcallError } from '@rollcall/protocol';
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
import { toRollcallError } from '../to-rollcall-error.js';
import { type Effect, type MachineEvent, type MachineState, step } from './connection-machine.js';
import type { ConnectionState } from './connection-state.js';
import { oneCallPerMessage, Permit } from './paced-client.js';
import { fatalClose, listenToNetwork, ReconnectDelay } from './reconnect.js';

const OPEN_TIMEOUT_MS = 10_000;

/** Where there is another way, nobody is kept waiting for long. */
const FIRST_OPEN_TIMEOUT_MS = 5_000;

/** Long enough for a phone that wakes up, short enough to notice a dead line within a minute. */
const KEEP_ALIVE = { enabled: true, intervalMs: 25_000, pongTimeoutMs: 10_000 };

/** What a socket needs. */
export interface SocketOptions {
  url: string;
  /** The token for the next connection. It goes into the first message, never into the URL. */
  token(): Promise<string>;
  /** Whether a fresh token can be had that mends this error. */
  renews(code: ErrorCode): boolean;
  /** The server takes this token no more. */
  forgetToken(token: string): void;
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
 * A WebSocket that does what the connection machine says: it is opened again, with random waits, whenever it is lost,
 * and its subscriptions go on from the last page each of them got. It ends for good when it is closed here, when the
 * server says that coming back is no use, or when it proves unreachable; in the last two cases its subscriptions end
 * with that error.
 *
 * tRPC reconnects by itself, without a wait; but it gets the address only when the machine lets it.
 */
export class Socket {
  readonly #options: SocketOptions;
  readonly #delay = new ReconnectDelay();
  readonly #permit = new Permit();
  readonly #client: TRPCWebSocketClient;
  readonly #forgetNetwork: () => void;
  #state: MachineState = 'disconnected';
  #everOpened = false;
  #error: Error | undefined;
  #token = '';
  /** Waits since the last socket that opened. */
  #waits = 0;
  /** Sockets that were lost before one had opened. */
  #failures = 0;
  /** A socket is wanted that was let off: its end is news, that of one dropped here is none. */
  #wanted = false;
  #clock: ReturnType<typeof setTimeout> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

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
      url: async () => {
        await this.#permit.taken();
        this.#wanted = true;
        this.#limitOpening();
        return options.url;
      },
      connectionParams: async () => ({ token: this.#token }),
      keepAlive: KEEP_ALIVE,
      retryDelayMs: () => {
        // An attempt that never became a socket, at an address that the browser forbids for instance, has no close.
        this.#lost(undefined, '');
        return 0;
      },
      onOpen: () => this.#opened(),
      onClose: event => this.#lost(event?.code, String((event as { reason?: unknown })?.reason ?? '')),
    });
    this.#take('open');
    this.#forgetNetwork = listenToNetwork(event => this.#take(event));
  }

  /** The terminating link for subscriptions over this socket. */
  readonly link: TRPCLink<AppRouter> = runtime => {
    const overSocket = wsLink<AppRouter>({ client: this.#client })(runtime);
    return ({ op, next }) =>
      observable(observer =>
        overSocket({ op, next }).subscribe({
          next: envelope => {
            // A socket that is open may still be refused; one that carries something is not.
            if (envelope.result.type !== 'state') this.#take('carried');
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
    return this.#state === 'disconnected' || this.#state === 'refused';
  }

  /** The server calls the token of this connection expired: comes back with a fresh one. */
  renewToken(): void {
    this.#take('expired');
  }

  /** Ends its subscriptions, without an error unless one is given. */
  close(error?: Error): void {
    if (!this.ended) this.#error = error;
    this.#take('close');
  }

  #take(event: MachineEvent): void {
    const { state, effects } = step(this.#state, event);
    const same = state === this.#state;
    this.#state = state;
    for (const effect of effects) this.#do[effect]();
    // Who closes it says so; what an effect has led to was told already.
    if (!same && state !== 'disconnected' && state === this.#state) this.#options.onState(this.#told(state));
  }

  readonly #do: Record<Effect, () => void> = {
    fetchToken: () => {
      this.#options.token().then(
        token => {
          this.#token = token;
          this.#take('tokenFetched');
        },
        error => {
          const known = toRollcallError(error);
          if (known.unrecoverable) this.#refuse(known);
          else this.#take('tokenFailed');
        },
      );
    },
    forgetToken: () => this.#options.forgetToken(this.#token),
    openSocket: () => this.#permit.grant(),
    stopClock: () => clearTimeout(this.#clock),
    dropSocket: () => {
      clearTimeout(this.#clock);
      this.#permit.revoke();
      this.#wanted = false;
      this.#client.connection?.ws.close();
    },
    wait: () => {
      this.#timer = setTimeout(() => this.#take('timer'), this.#delay.delayMs(this.#waits));
      this.#waits += 1;
    },
    stopWaiting: () => clearTimeout(this.#timer),
    end: () => {
      clearTimeout(this.#clock);
      clearTimeout(this.#timer);
      this.#forgetNetwork();
      this.#permit.refuse(new Error('the connection was closed'));
      this.#client.close().catch(() => undefined);
    },
  };

  #told(state: MachineState): ConnectionState {
    if (state === 'connected') return { status: state, transport: 'ws' };
    if (state === 'offline') return { status: state };
    if (state === 'refused') return { status: 'disconnected', error: this.#error as RollcallError };
    return { status: this.#everOpened ? 'reconnecting' : 'connecting' };
  }

  #opened(): void {
    this.#everOpened = true;
    this.#waits = 0;
    this.#delay.opened();
    this.#take('opened');
  }

  #lost(code: number | undefined, reason: string): void {
    if (!this.#wanted) return;
    this.#wanted = false;
    this.#failures += 1;
    this.#delay.closed(code, this.#state === 'connected');
    const fatal = fatalClose(code, reason, this.#options.renews);
    if (fatal) this.#refuse(fatal);
    else if (
      this.#failures >= (this.#options.attemptsBeforeUnreachable ?? Infinity) &&
      this.#mayBeUnreachable
    )
      this.#giveUp();
    else if (code === CLOSE_CODES.tokenExpired || code === CLOSE_CODES.refused) this.#take('expired');
    else this.#take(code === CLOSE_CODES.accessChanged ? 'changed' : 'lost');
  }

  #refuse(error: RollcallError): void {
    this.#error = error;
    this.#take('refused');
  }

  /** A proxy that swallows the handshake would keep an attempt open for ever. */
  #limitOpening(): void {
    clearTimeout(this.#clock);
    const limitMs = this.#mayBeUnreachable ? FIRST_OPEN_TIMEOUT_MS : OPEN_TIMEOUT_MS;
    this.#clock = setTimeout(() => {
      if (this.#mayBeUnreachable) this.#giveUp();
      else this.#lost(undefined, '');
    }, limitMs);
  }

  get #mayBeUnreachable(): boolean {
    return this.#options.attemptsBeforeUnreachable !== undefined && !this.#everOpened;
  }

  #giveUp(): void {
    this.close(new SocketUnreachable(`no WebSocket to ${this.#options.url} could be opened`));
  }
}
