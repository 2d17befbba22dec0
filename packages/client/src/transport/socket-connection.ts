import { CLOSE_CODES, type ErrorCode, type RollcallError } from '@rollcall/protocol';
import type { AppRouter } from '@rollcall/router';
import type { TRPCClientError, TRPCLink } from '@trpc/client';
import { toRollcallError } from '../to-rollcall-error.js';
import { type Effect, type MachineEvent, type MachineState, step } from './connection-machine.js';
import type { ConnectionState } from './connection-state.js';
import { fatalClose, listenToNetwork, OPEN_TIMEOUT_MS, ReconnectDelay, troubleOf } from './reconnect.js';
import { SocketStreams } from './socket-streams.js';

/** The time for a first attempt where SSE can take its place: nobody is to wait long for it. */
const FIRST_OPEN_TIMEOUT_MS = 5_000;

/** What a connection over a WebSocket needs. */
export interface SocketConnectionOptions {
  url: string;
  /** The token for the next socket. It goes into the first message, never into the URL. */
  token(): Promise<string>;
  /** Whether a fresh token can be had that fixes this error. */
  renews(code: ErrorCode): boolean;
  /** The server no longer accepts this token. */
  forgetToken(token: string): void;
  /** @param error why it does not get on, if it waits. */
  onState(state: ConnectionState, error: RollcallError | undefined): void;
  /**
   * Gives up with `SocketUnreachable` when this many first attempts have failed, or when one of them got no answer at
   * all. Default: never.
   */
  attemptsBeforeUnreachable?: number;
}

/** No WebSocket could be opened at all: some proxies let none through. */
export class SocketUnreachable extends Error {
  override readonly name = 'SocketUnreachable';
}

/**
 * A connection over WebSockets that does what the connection machine says. It opens a new socket after a random wait
 * whenever it loses one, and its subscriptions continue after the last page that each of them got.
 *
 * It ends when it is closed here, when the server says that another attempt is of no use, or when it proves
 * unreachable. In the last two cases its subscriptions end with that error.
 */
export class SocketConnection {
  readonly #options: SocketConnectionOptions;
  readonly #delay = new ReconnectDelay();
  readonly #streams: SocketStreams;
  readonly #stopListeningToNetwork: () => void;
  #state: MachineState = 'disconnected';
  #everOpened = false;
  #error: Error | undefined;
  /** Why there is no connection yet, or no more. */
  #trouble: RollcallError | undefined;
  #token = '';
  /** Waits since the server last answered over a socket. */
  #waits = 0;
  /** Sockets that were lost. They matter only until one has opened. */
  #failures = 0;
  #openTimer: ReturnType<typeof setTimeout> | undefined;
  #waitTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SocketConnectionOptions) {
    this.#options = options;
    this.#streams = new SocketStreams({
      url: options.url,
      onOpen: () => this.#opened(),
      onAnswer: error => this.#answered(error),
      onLost: (code, reason) => this.#lost(code, reason),
    });
    this.#take('open');
    this.#stopListeningToNetwork = listenToNetwork(event => this.#take(event));
  }

  /** The terminating link for subscriptions over this connection. */
  readonly link: TRPCLink<AppRouter> = () => this.#streams.link;

  /** Whether it has ended: a new subscription needs a new connection. */
  get ended(): boolean {
    return this.#state === 'disconnected' || this.#state === 'refused';
  }

  /** The server says that the token of this connection has expired: it comes back with a fresh one. */
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
    // The caller of `close` reports that state itself. A state that an effect has led to was reported already.
    if (state === 'connected') {
      this.#trouble = undefined;
      this.#waits = 0;
    }
    if (!same && state !== 'disconnected' && state === this.#state)
      this.#options.onState(this.#publicState(state), this.#trouble);
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
          this.#trouble = known;
          if (known.unrecoverable) this.#refuse(known);
          else this.#take('tokenFailed');
        },
      );
    },
    forgetToken: () => this.#options.forgetToken(this.#token),
    openSocket: () => {
      this.#limitOpening();
      this.#streams.open(this.#token);
    },
    restartOpenTimer: () => this.#limitOpening(),
    stopOpenTimer: () => clearTimeout(this.#openTimer),
    dropSocket: () => {
      clearTimeout(this.#openTimer);
      this.#streams.drop();
    },
    wait: () => {
      this.#waitTimer = setTimeout(() => this.#take('timer'), this.#delay.delayMs(this.#waits));
      this.#waits += 1;
    },
    stopWaiting: () => clearTimeout(this.#waitTimer),
    end: () => {
      clearTimeout(this.#openTimer);
      clearTimeout(this.#waitTimer);
      this.#stopListeningToNetwork();
      this.#streams.end(this.#error);
    },
  };

  #publicState(state: MachineState): ConnectionState {
    if (state === 'connected') return { status: state, transport: 'ws' };
    if (state === 'offline') return { status: state };
    if (state === 'refused') return { status: 'disconnected', error: this.#error as RollcallError };
    return { status: this.#everOpened ? 'reconnecting' : 'connecting' };
  }

  #opened(): void {
    this.#everOpened = true;
    this.#delay.opened();
    this.#take('opened');
  }

  #answered(error: TRPCClientError<AppRouter> | undefined): void {
    if (!error) {
      // The server may still refuse a socket that is open, but not one that carries an answer.
      if (this.#state !== 'connected') this.#take('carried');
      return;
    }
    // A refusal is an answer, too. The wait after it may be longer than the time of an opening.
    clearTimeout(this.#openTimer);
    if (this.#state === 'connecting') this.#trouble = toRollcallError(error);
  }

  #lost(code: number | undefined, reason: string): void {
    this.#failures += 1;
    this.#delay.closed(code, this.#state === 'connected');
    // What a server that has no room has said tells more than the end of its socket.
    if (code !== CLOSE_CODES.tryAgainLater || this.#trouble?.code !== 'RATE_LIMITED')
      this.#trouble = troubleOf(code);
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
    this.#trouble = undefined;
    this.#take('refused');
  }

  /** A proxy that swallows the handshake, or what is said after it, would keep an attempt open for ever. */
  #limitOpening(): void {
    clearTimeout(this.#openTimer);
    const limitMs = this.#mayBeUnreachable ? FIRST_OPEN_TIMEOUT_MS : OPEN_TIMEOUT_MS;
    this.#openTimer = setTimeout(() => {
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
