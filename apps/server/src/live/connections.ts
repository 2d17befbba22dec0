import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { judgeExpiry, type Principal } from '@rollcall/core';
import { CLOSE_CODES, type Position, RollcallError } from '@rollcall/protocol';
import type { CallerConnection } from '@rollcall/router';

/** What carries a live connection: a WebSocket, or the open answer of an event stream. */
export interface ConnectionHandle {
  bufferedBytes(): number;
  close(code: number, reason: string): void;
}

/** Who learns that a user has come or gone. */
export interface PresenceListener {
  connected(userId: string): void;
  disconnected(userId: string): void;
}

/** One signed-in live connection, as the router sees it and as the host ends it. */
export interface Connection extends CallerConnection {
  readonly principal: Principal;
  /** Whatever it does is judged by what was committed up to here, or later; absent while it is being admitted. */
  since?: Position;
}

interface Entry {
  connection: Connection;
  /** Whether the user has been announced as connected. */
  present: boolean;
  expiry: NodeJS.Timeout | undefined;
}

/** A longer wait makes Node fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** While calls run over a connection that is to close, it is looked this often whether they have ended. */
const LOOK_FOR_CALLS_MS = 20;

/**
 * The live connections of this process. It guarantees that a connection never outlives its token, that a user has no
 * more of them than allowed, and that presence hears of every announced connection's end exactly once.
 */
export class Connections {
  readonly #presence: PresenceListener;
  readonly #clock: () => number;
  readonly #maxPerUser: number;
  readonly #entries = new Map<Connection, Entry>();
  readonly #byUser = new Map<string, Set<Connection>>();
  #draining = false;

  constructor(options: { presence: PresenceListener; clock: () => number; maxPerUser: number }) {
    this.#presence = options.presence;
    this.#clock = options.clock;
    this.#maxPerUser = options.maxPerUser;
  }

  /** How many there are. */
  get size(): number {
    return this.#entries.size;
  }

  /** Every live connection. */
  get all(): Connection[] {
    return [...this.#entries.keys()];
  }

  /** The users who have a live connection here. */
  get userIds(): string[] {
    return [...this.#byUser.keys()];
  }

  /** The live connections of a user. Server tokens have no user. */
  ofUser(userId: string): Connection[] {
    return [...(this.#byUser.get(userId) ?? [])];
  }

  /**
   * Registers a connection, from now on closed when its token expires or its user is shut out. The caller announces it
   * once it knows that the user is welcome, and must call `end` when the handle has closed.
   * @throws RollcallError `TOKEN_EXPIRED` for a token whose time is over, `RATE_LIMITED` when the user has too many.
   */
  open(principal: Principal, handle: ConnectionHandle): Connection {
    const userId = userIdOf(principal);
    const { expiresAt } = principal;
    // Calls are given some tolerance for clocks that differ; a connection that stays open is not.
    const expired = judgeExpiry(principal, this.#clock());
    if (expired) throw expired;
    const ofUser = userId === undefined ? undefined : (this.#byUser.get(userId) ?? new Set<Connection>());
    if (ofUser && ofUser.size >= this.#maxPerUser) {
      throw new RollcallError(
        'RATE_LIMITED',
        `a user has at most ${this.#maxPerUser} live connections; close one before opening another`,
        { retry_after: 60 },
      );
    }
    const connection: Connection = {
      id: randomUUID(),
      principal,
      calls: 0,
      subscriptions: 0,
      watched: new Map(),
      ...handle,
    };
    const entry: Entry = { connection, present: false, expiry: undefined };
    this.#entries.set(connection, entry);
    if (userId !== undefined && ofUser) this.#byUser.set(userId, ofUser.add(connection));
    if (expiresAt !== undefined) this.#closeAt(entry, expiresAt);
    if (this.#draining) connection.close(CLOSE_CODES.serviceRestart, 'restarting');
    return connection;
  }

  /** Lets presence know of the connection; without effect when it has ended already. */
  announce(connection: Connection): void {
    const entry = this.#entries.get(connection);
    const userId = userIdOf(connection.principal);
    if (!entry || entry.present || userId === undefined) return;
    entry.present = true;
    this.#presence.connected(userId);
  }

  /** Forgets a connection whose handle has closed. Calling it again has no effect. */
  end(connection: Connection): void {
    const entry = this.#entries.get(connection);
    if (!entry) return;
    clearTimeout(entry.expiry);
    this.#entries.delete(connection);
    const userId = userIdOf(connection.principal);
    if (userId === undefined) return;
    const ofUser = this.#byUser.get(userId);
    ofUser?.delete(connection);
    if (ofUser?.size === 0) this.#byUser.delete(userId);
    if (entry.present) this.#presence.disconnected(userId);
  }

  /**
   * Asks every connection to come back, evenly spread over `overMs`, so that they do not all return at once; resolves when
   * the turn of each has come. One over which calls run is asked when the last of them has been answered.
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
