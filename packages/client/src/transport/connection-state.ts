import type { RollcallError } from '@rollcall/protocol';
import { callListener, type Subscription } from '../subscription.js';

/**
 * The state of the live connection.
 * - `disconnected`: there is no connection and no attempt at one. `error` says why, if the application did not ask for
 *   it.
 * - `connecting`: the first attempt is under way.
 * - `connected`: events arrive.
 * - `reconnecting`: the connection was lost. The client tries to connect again for as long as it takes.
 * - `offline`: the browser says that there is no network. The client connects as soon as there is one.
 */
export type ConnectionState =
  | { status: 'disconnected'; error?: RollcallError }
  | { status: 'connecting' }
  | { status: 'connected'; transport: 'ws' | 'sse' }
  | { status: 'reconnecting' }
  | { status: 'offline' };

/** The live connection of a client, as the application sees it. */
export interface Connection {
  /** Its present state. */
  readonly state: ConnectionState;
  /** Calls a listener with every change of the state until it is unsubscribed. */
  subscribe(listener: (state: ConnectionState) => void): Subscription;
}

/** The state of a connection, and its listeners. */
export class ObservableConnection implements Connection {
  #state: ConnectionState = { status: 'disconnected' };
  readonly #listeners = new Set<(state: ConnectionState) => void>();

  get state(): ConnectionState {
    return this.#state;
  }

  subscribe(listener: (state: ConnectionState) => void): Subscription {
    // Each call makes a new function, so that a listener can be subscribed twice and unsubscribed once.
    const entry = (state: ConnectionState) => listener(state);
    this.#listeners.add(entry);
    return { unsubscribe: () => void this.#listeners.delete(entry) };
  }

  set(state: ConnectionState): void {
    const before = this.#state;
    if (before.status === state.status && errorOf(before) === errorOf(state)) return;
    this.#state = state;
    for (const listener of [...this.#listeners]) callListener(listener, state);
  }
}

function errorOf(state: ConnectionState): RollcallError | undefined {
  return state.status === 'disconnected' ? state.error : undefined;
}
