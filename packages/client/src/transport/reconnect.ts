import {
  CLOSE_CODES,
  ERROR_CODES,
  type ErrorCode,
  FATAL_CLOSE_CODES,
  RollcallError,
} from '@rollcall/protocol';

/** Registered with IANA: the server is there, but cannot take more connections now. */
const TRY_AGAIN_LATER = 1013;

const BASE_MS = 2_000;
/** A server that restarts loses everybody at the same moment, so everybody spreads wider. */
const RESTART_BASE_MS = 5_000;
/** A token that has expired, or a right that has changed, is no trouble of the server. */
const RENEWAL_BASE_MS = 500;
const CAP_MS = 30_000;

/** A connection that ends sooner than this did not really work, however well it opened. */
const STABLE_AFTER_MS = 10_000;

/**
 * A random wait before attempt number `attempt` (from 0): full jitter, so that many clients that lost the same server
 * come back spread evenly.
 */
export function fullJitterMs(attempt: number, baseMs = BASE_MS, random: () => number = Math.random): number {
  return Math.floor(random() * Math.min(CAP_MS, baseMs * 2 ** Math.min(attempt, 10)));
}

/**
 * How long to wait before a reconnect. Attempts are counted across connections that open and end at once: a server that
 * accepts and then refuses is not hammered.
 */
export class ReconnectDelay {
  readonly #random: () => number;
  readonly #now: () => number;
  #shortLived = 0;
  #openedAt: number | undefined;
  #baseMs = BASE_MS;

  constructor(random: () => number = Math.random, now: () => number = () => performance.now()) {
    this.#random = random;
    this.#now = now;
  }

  opened(): void {
    this.#openedAt = this.#now();
  }

  /**
   * @param code the close code of the WebSocket, where there was one.
   * @param accepted whether the server had answered over it: one that then ends because of its token, or of a right that
   * has changed, did work, however short its life was.
   */
  closed(code?: number, accepted = false): void {
    if (this.#openedAt !== undefined) {
      const worked = (accepted && isNoTrouble(code)) || this.#now() - this.#openedAt >= STABLE_AFTER_MS;
      this.#shortLived = worked ? 0 : this.#shortLived + 1;
      this.#openedAt = undefined;
    }
    this.#baseMs = baseMsAfter(code);
  }

  /** @param attempt attempts that have failed since the connection was lost. */
  delayMs(attempt: number): number {
    // The first connection that ends is no pattern yet.
    return fullJitterMs(Math.max(attempt, this.#shortLived - 1), this.#baseMs, this.#random);
  }
}

function isNoTrouble(code: number | undefined): boolean {
  return code === CLOSE_CODES.tokenExpired || code === CLOSE_CODES.accessChanged;
}

function baseMsAfter(code: number | undefined): number {
  if (isNoTrouble(code)) return RENEWAL_BASE_MS;
  return code === CLOSE_CODES.serviceRestart || code === TRY_AGAIN_LATER ? RESTART_BASE_MS : BASE_MS;
}

/** RFC 6455: the message was too big. Sending it again after a reconnect would end the same way. */
const MESSAGE_TOO_BIG = 1009;

/**
 * Why a closed WebSocket must not be opened again, or undefined when coming back is right. The server may name the
 * error's code as the reason of the close.
 * @param renews whether a fresh token can be had that mends an error, which makes it no reason to stop.
 */
export function fatalClose(
  code: number | undefined,
  reason: string,
  renews: (code: ErrorCode) => boolean,
): RollcallError | undefined {
  if (code === MESSAGE_TOO_BIG) {
    return new RollcallError(
      'PAYLOAD_TOO_LARGE',
      'the server refused a message of this connection as too large',
    );
  }
  if (code === CLOSE_CODES.tokenExpired) {
    return renews('TOKEN_EXPIRED')
      ? undefined
      : new RollcallError('TOKEN_EXPIRED', 'the token has expired: connect with a fresh one');
  }
  if (code === undefined || !FATAL_CLOSE_CODES.includes(code)) return undefined;
  const named = Object.hasOwn(ERROR_CODES, reason) ? (reason as ErrorCode) : undefined;
  if (code === CLOSE_CODES.tokenInvalid) {
    return new RollcallError(
      named ?? 'TOKEN_INVALID',
      'the server closed the connection: the token is not valid there',
    );
  }
  if (named && renews(named)) return undefined;
  return new RollcallError(
    named ?? 'NOT_ALLOWED',
    'the server closed the connection: this user may not be connected',
  );
}

/** What the browser says about its network. Where nobody says anything, as in Node, there is one. */
export interface Network {
  addEventListener(type: 'online' | 'offline', listener: () => void): void;
  removeEventListener(type: 'online' | 'offline', listener: () => void): void;
  navigator?: { onLine?: boolean };
}

/**
 * Calls a listener when the network comes or goes, and at once where there is none.
 * @returns stops it.
 */
export function listenToNetwork(
  listener: (event: 'online' | 'offline') => void,
  network: Partial<Network> = globalThis as Partial<Network>,
): () => void {
  const online = () => listener('online');
  const offline = () => listener('offline');
  network.addEventListener?.('online', online);
  network.addEventListener?.('offline', offline);
  if (network.navigator?.onLine === false) offline();
  return () => {
    network.removeEventListener?.('online', online);
    network.removeEventListener?.('offline', offline);
  };
}
