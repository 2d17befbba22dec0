import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { tokenClaims } from './token-claims.js';

const TOKEN_KEY = 'rollcall.token';
const INPUT_KEY = 'rollcall.input-at';

/** A session without any input ends after this long. */
const IDLE_MS = 60 * 60 * 1000;

/** Who is signed in, or why nobody is. */
export type SessionState =
  | { status: 'out'; notice?: string }
  | { status: 'in'; client: ServerClient; readOnly: boolean; expiresAt?: number };

/**
 * The session of this tab. It keeps the token in the tab's own storage and nowhere else, never in an address, and never keeps a
 * secret. It ends at the token's expiry, after an hour without input, and when the server refuses the token.
 */
class Session {
  #state: SessionState = { status: 'out' };
  readonly #listeners = new Set<() => void>();
  #inputAt = Date.now();

  get state(): SessionState {
    return this.#state;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Takes up the session that this tab had before a reload, unless it has ended meanwhile. */
  resume(): void {
    const token = sessionStorage.getItem(TOKEN_KEY);
    if (token === null) return;
    this.#inputAt = Number(sessionStorage.getItem(INPUT_KEY));
    this.begin(token);
    this.endIfDue();
  }

  begin(token: string): void {
    const claims = tokenClaims(token);
    sessionStorage.setItem(TOKEN_KEY, token);
    const client = createServerClient({ url: location.origin, token });
    const expiresAt = claims?.exp === undefined ? undefined : claims.exp * 1000;
    this.#set({ status: 'in', client, readOnly: claims?.read_only === true, expiresAt });
  }

  /** Somebody is at the keys. */
  input(now = Date.now()): void {
    if (this.#state.status === 'out' || now - this.#inputAt < 1000) return;
    // A tab that slept is not woken by the first key: the session had ended before.
    if (this.endIfDue(now)) return;
    this.#inputAt = now;
    sessionStorage.setItem(INPUT_KEY, String(now));
  }

  /** Marks the beginning of a session as input. */
  beginInput(now = Date.now()): void {
    this.#inputAt = now;
    sessionStorage.setItem(INPUT_KEY, String(now));
  }

  /** Ends the session if its time is over, and says whether it did. */
  endIfDue(now = Date.now()): boolean {
    const { state } = this;
    if (state.status === 'out') return false;
    if (state.expiresAt !== undefined && now >= state.expiresAt) {
      this.end('Your token has expired. Sign in again.');
      return true;
    }
    if (now - this.#inputAt >= IDLE_MS) {
      this.end('Nobody touched this page for an hour, so the session ended. Sign in again.');
      return true;
    }
    return false;
  }

  /** Ends the session and forgets the token. */
  end(notice?: string): void {
    if (this.#state.status === 'out') return;
    const { client } = this.#state;
    sessionStorage.removeItem(TOKEN_KEY);
    sessionStorage.removeItem(INPUT_KEY);
    this.#set({ status: 'out', notice });
    void client.disconnect();
  }

  #set(state: SessionState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** The one session of this tab. */
export const session = new Session();
