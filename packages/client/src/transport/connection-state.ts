import type { RollcallError } from '@rollcall/protocol';
import { callListener, type Subscription } from '../subscription.js';

/**
 * Where the live connection stands. `disconnected`: none is open and none is being opened; `error` says why where that
 * was not asked for. `connecting`: the first one is on its way. `connected`: events arrive. `reconnecting`: it was lost,
 * and is being opened again for as long as it takes. `offline`: the browser says that there is no network; as soon as it
 * says that there is one, the connection is opened.
 */
export type ConnectionState =
  | { status: 'disconnected'; error?: RollcallError }
  | { status: 'connecting' }
  | { status: 'connected'; transport: 'ws' | 'sse' }
  | { status: 'reconnecting' }
  | { status: 'offline' };

/** The live connection of a client, to look at. */
export interface Connection {
  /** Where it stands now. */
  readonly state: ConnectionState;
  /** Calls a listener with every change of the state, until it is unsubscribed. */
  subscribe(listener: (state: ConnectionState) => void): Subscription;
}

/** The state and those who listen to it. */
export class ObservableConnection implements Connection {
  #state: ConnectionState = { status: 'disconnected' };
  readonly #listeners = new Set<(state: ConnectionState) => void>();

  get state(): ConnectionState {
    return this.#state;
  }

  subscribe(listener: (state: ConnectionState) => void): Subscription {
    // A function of its own, so that the same listener can be subscribed twice and unsubscribed once.
    const entry = (state: ConnectionState) => listener(state);
    this.#listeners.add(entry);
    return { unsubscribe: () => void this.#listeners.delete(entry) };
  }

  set(state: ConnectionState): void {
    const before = this.#state;
    if (before.status === state.status && errorOf(before) === errorOf(state)) return;
    this.#state = state;
    for (const listener of [...this.#listeners]) callListener(() => listener(state));
  }
}

function errorOf(state: ConnectionState): RollcallError | undefined {
  return state.status === 'disconnected' ? state.error : undefined;
}
