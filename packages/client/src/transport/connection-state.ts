import type { RollcallError, Time } from '@rollcall/protocol';
import { callListener, listenerErrors, type Subscription } from '../subscription.js';

/**
 * What a client waits for, if it waits.
 * - `token`: the token provider has given no token.
 * - `server`: the server cannot be reached, or says that it cannot do it now.
 * - `limit`: a limit is reached: too many connections, calls or subscriptions.
 */
export interface Waiting {
  waitsFor?: 'token' | 'server' | 'limit';
  /** Why it waits, in the words of the server if it said any. */
  error?: RollcallError;
  /** When it tries again, if the server said when. */
  until?: Time;
}

/**
 * The state of the live connection, and what the client waits for.
 * - `disconnected`: there is no connection and no attempt at one. `error` says why, if the application did not ask for
 *   it.
 * - `connecting`: the first attempt is under way.
 * - `connected`: events arrive.
 * - `reconnecting`: the connection was lost. The client tries to connect again for as long as it takes.
 * - `offline`: the browser says that there is no network. The client connects as soon as there is one.
 */
export type ConnectionState = Waiting &
  (
    | { status: 'disconnected' }
    | { status: 'connecting' }
    | { status: 'connected'; transport: 'ws' | 'sse' }
    | { status: 'reconnecting' }
    | { status: 'offline' }
  );

/** The live connection of a client, as the application sees it. */
export interface Connection {
  /** Its present state. */
  readonly state: ConnectionState;
  /** Calls a listener with every change of the state until it is unsubscribed. */
  subscribe(listener: (state: ConnectionState) => void): Subscription;
}

/** The state of a connection, what the parts of its client wait for, and its listeners. */
export class ObservableConnection implements Connection {
  #own: ConnectionState = { status: 'disconnected' };
  #state: ConnectionState = this.#own;
  readonly #waits = new Map<object, Waiting>();
  readonly #listeners = new Set<(state: ConnectionState) => void>();
  readonly #onError: (error: unknown) => void;

  /** @param onError receives what a listener throws. Default: it is printed. */
  constructor(onError = listenerErrors()) {
    this.#onError = onError;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  subscribe(listener: (state: ConnectionState) => void): Subscription {
    // Each call makes a new function, so that a listener can be subscribed twice and unsubscribed once.
    const entry = (state: ConnectionState) => listener(state);
    this.#listeners.add(entry);
    return { unsubscribe: () => void this.#listeners.delete(entry) };
  }

  /** The connection has this state now. */
  set(state: ConnectionState): void {
    this.#own = state;
    this.#tell();
  }

  /**
   * A part of the client waits because of an error that may pass, or waits no more.
   * @param state the state that the connection has from now on, too.
   */
  wait(part: object, error: RollcallError | undefined, state: ConnectionState = this.#own): void {
    const before = this.#waits.get(part);
    // The last one to wait is the one to be told of.
    this.#waits.delete(part);
    // The time that an error names counts from when it came.
    if (error) this.#waits.set(part, before?.error === error ? before : waitingFor(error));
    this.#own = state;
    this.#tell();
  }

  #tell(): void {
    const before = this.#state;
    const state = { ...[...this.#waits.values()].at(-1), ...this.#own };
    if (
      before.status === state.status &&
      before.waitsFor === state.waitsFor &&
      before.error?.message === state.error?.message &&
      before.until === state.until
    )
      return;
    this.#state = state;
    for (const listener of [...this.#listeners]) callListener(listener, state, this.#onError);
  }
}

function waitingFor(error: RollcallError): Waiting {
  const { code, field, retry_after } = error;
  return {
    waitsFor: field === 'token' ? 'token' : code === 'RATE_LIMITED' ? 'limit' : 'server',
    error,
    ...(retry_after !== undefined && { until: Date.now() + retry_after * 1000 }),
  };
}
