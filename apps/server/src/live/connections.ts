import { setTimeout as delay } from 'node:timers/promises';
import { judgeExpiry, type Principal } from '@rollcall/core';
import { CLOSE_CODES, type Position, RollcallError } from '@rollcall/protocol';
import {
  type CallerConnection,
  type CallerKey,
  kindOfCaller,
  type Outlet,
  WatchedUsers,
} from '@rollcall/router';

/** What carries a live connection: a WebSocket, or the open response of an event stream. */
export interface ConnectionHandle {
  readonly outlet: Outlet;
  close(code: number, reason: string): void;
}

/** Hears when a user connects and disconnects. */
export interface PresenceListener {
  connected(userId: string): void;
  disconnected(userId: string): void;
}

/** One signed-in live connection: the view of the router, and what the server needs to end it. */
export interface Connection extends CallerConnection {
  readonly principal: Principal;
  caller: CallerKey;
  /** Everything on this connection is judged by the state at this position or later; absent during admission. */
  since?: Position;
}

interface Entry {
  connection: Connection;
  /** The address that the connection counts for, of a guest or a caller without a user. */
  address: CallerKey | undefined;
  /** Whether presence was told that the user is connected. */
  present: boolean;
  expiry: NodeJS.Timeout | undefined;
}

/** Node fires a timer with a longer delay at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** How often a connection that is to close is checked for running calls. */
const LOOK_FOR_CALLS_MS = 20;

/**
 * The live connections of this process. It guarantees that a connection never outlives its token, that a user, and all
 * guests and callers without a user at one address, have no more connections than allowed, and that presence hears exactly once of the end of every announced connection.
 */
export class Connections {
  readonly #presence: PresenceListener;
  readonly #clock: () => number;
  readonly #maxPerUser: number;
  readonly #maxPerAddress: number;
  readonly #entries = new Map<Connection, Entry>();
  readonly #byUser = new Map<string, Set<Connection>>();
  readonly #byAddress = new Map<CallerKey, number>();
  #draining = false;

  constructor(options: {
    presence: PresenceListener;
    clock: () => number;
    maxPerUser: number;
    maxPerAddress: number;
  }) {
    this.#presence = options.presence;
    this.#clock = options.clock;
    this.#maxPerUser = options.maxPerUser;
    this.#maxPerAddress = options.maxPerAddress;
  }

  /** The number of live connections. */
  get size(): number {
    return this.#entries.size;
  }

  /** Every live connection. */
  get all(): Connection[] {
    return [...this.#entries.keys()];
  }

  /** The users with a live connection to this process. */
  get userIds(): string[] {
    return [...this.#byUser.keys()];
  }

  /** The live connections of a user. A connection with a server token has no user. */
  ofUser(userId: string): Connection[] {
    return [...(this.#byUser.get(userId) ?? [])];
  }

  /**
   * Registers a connection. From now on it is closed when its token expires or its user loses access. The caller announces
   * it once the judge has let it in, and must call `end` when the handle has closed.
   * @param caller whose connection it is, as far as the token says.
   * @throws RollcallError `TOKEN_EXPIRED` for an expired token, `RATE_LIMITED` when the user or the address has too many
   * connections.
   */
  open(principal: Principal, handle: ConnectionHandle, caller: CallerKey): Connection {
    const userId = userIdOf(principal);
    const { expiresAt } = principal;
    // The check of a token tolerates clocks that differ; a connection that stays open gets no such tolerance.
    const expired = judgeExpiry(principal, this.#clock());
    if (expired) throw expired;
    const ofUser = userId === undefined ? undefined : (this.#byUser.get(userId) ?? new Set<Connection>());
    if (ofUser && ofUser.size >= this.#maxPerUser) {
      throw new RollcallError(
        'RATE_LIMITED',
        `a user has at most ${this.#maxPerUser} live connections; close one before you open another`,
        { retry_after: 60 },
      );
    }
    const connection: Connection = {
      principal,
      caller,
      calls: 0,
      subscriptions: 0,
      watched: new WatchedUsers(),
      ...handle,
    };
    const entry: Entry = { connection, address: undefined, present: false, expiry: undefined };
    this.#count(entry);
    this.#entries.set(connection, entry);
    if (userId !== undefined && ofUser) this.#byUser.set(userId, ofUser.add(connection));
    if (expiresAt !== undefined) this.#closeAt(entry, expiresAt);
    if (this.#draining) connection.close(CLOSE_CODES.serviceRestart, 'restarting');
    return connection;
  }

  /**
   * Says whose connection it is, once the role of its user has been read. It has no effect on one that counts for its
   * address already.
   * @throws RollcallError `RATE_LIMITED` when the address has too many.
   */
  countAs(connection: Connection, caller: CallerKey): void {
    const entry = this.#entries.get(connection);
    connection.caller = caller;
    if (entry) this.#count(entry);
  }

  #count(entry: Entry): void {
    const address = entry.connection.caller;
    if (kindOfCaller(address) !== 'address' || entry.address !== undefined) return;
    const others = this.#byAddress.get(address) ?? 0;
    if (others >= this.#maxPerAddress) {
      throw new RollcallError(
        'RATE_LIMITED',
        `the guests and callers without a user at one address have at most ${this.#maxPerAddress} live connections together; close one before you open another`,
        { retry_after: 60 },
      );
    }
    this.#byAddress.set(address, others + 1);
    entry.address = address;
  }

  /** Tells presence about the connection. It has no effect when the connection has ended already. */
  announce(connection: Connection): void {
    const entry = this.#entries.get(connection);
    const userId = userIdOf(connection.principal);
    if (!entry || entry.present || userId === undefined) return;
    entry.present = true;
    this.#presence.connected(userId);
  }

  /** Removes a connection whose handle has closed. A second call has no effect. */
  end(connection: Connection): void {
    const entry = this.#entries.get(connection);
    if (!entry) return;
    clearTimeout(entry.expiry);
    this.#entries.delete(connection);
    this.#uncount(entry);
    const userId = userIdOf(connection.principal);
    if (userId === undefined) return;
    const ofUser = this.#byUser.get(userId);
    ofUser?.delete(connection);
    if (ofUser?.size === 0) this.#byUser.delete(userId);
    if (entry.present) this.#presence.disconnected(userId);
  }

  /**
   * Asks every connection to reconnect, evenly spread over `overMs`, so that they do not all return at once. It resolves
   * after the last turn. A connection with running calls is asked as soon as they are answered.
   */
  async drain(overMs: number): Promise<void> {
    this.#draining = true;
    const connections = [...this.#entries.keys()];
    const startedAt = performance.now();
    for (const [index, connection] of connections.entries()) {
      const waitMs = startedAt + (index * overMs) / connections.length - performance.now();
      if (waitMs > 1) await delay(waitMs);
      this.#requestReconnect(connection);
    }
  }

  #uncount({ address }: Entry): void {
    if (address === undefined) return;
    const others = (this.#byAddress.get(address) ?? 1) - 1;
    if (others > 0) this.#byAddress.set(address, others);
    else this.#byAddress.delete(address);
  }

  #requestReconnect(connection: Connection): void {
    if (!this.#entries.has(connection)) return;
    if (connection.calls === 0) connection.close(CLOSE_CODES.serviceRestart, 'restarting');
    else setTimeout(() => this.#requestReconnect(connection), LOOK_FOR_CALLS_MS).unref();
  }

  #closeAt(entry: Entry, expiresAt: number): void {
    const leftMs = expiresAt - this.#clock();
    if (leftMs <= 0) {
      entry.connection.close(CLOSE_CODES.tokenExpired, 'TOKEN_EXPIRED');
      return;
    }
    entry.expiry = setTimeout(() => this.#closeAt(entry, expiresAt), Math.min(leftMs, MAX_TIMER_MS));
    entry.expiry.unref();
  }
}

function userIdOf(principal: Principal): string | undefined {
  return principal.kind === 'user' ? principal.userId : undefined;
}
