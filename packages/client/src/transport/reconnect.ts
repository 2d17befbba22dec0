import {
  CLOSE_CODES,
  ERROR_CODES,
  type ErrorCode,
  FATAL_CLOSE_CODES,
  RollcallError,
} from '@rollcall/protocol';

/** What has not opened by then counts as lost: a socket, its first answer, or an event stream. */
export const OPEN_TIMEOUT_MS = 10_000;

const BASE_MS = 2_000;
/** A server that restarts loses all clients at the same moment, so they spread over a longer time. */
const RESTART_BASE_MS = 5_000;
/** The server is well when a token has expired or a right has changed, so the wait can be short. */
const RENEWAL_BASE_MS = 500;
const CAP_MS = 30_000;

/** A connection that ends sooner than this did not really work, even if it opened well. */
const STABLE_AFTER_MS = 10_000;

/**
 * A random wait in ms before attempt number `attempt` (from 0). It is random over its whole length (full jitter), so
 * that many clients that lost the same server come back evenly spread.
 */
export function fullJitterMs(attempt: number, baseMs = BASE_MS, random: () => number = Math.random): number {
  return Math.floor(random() * Math.min(CAP_MS, baseMs * 2 ** Math.min(attempt, 10)));
}

/**
 * The wait before a reconnect. It also grows over connections that open and soon end, so that clients do not hammer a
 * server that accepts connections and then closes them.
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
   * @param code the close code of the WebSocket, if there was one.
   * @param accepted whether the server had answered over it. If it then ends because of its token or of a changed
   * right, it did work, even if its life was short.
   */
  closed(code?: number, accepted = false): void {
    if (this.#openedAt !== undefined) {
      const worked = (accepted && isNoTrouble(code)) || this.#now() - this.#openedAt >= STABLE_AFTER_MS;
      this.#shortLived = worked ? 0 : this.#shortLived + 1;
      this.#openedAt = undefined;
    }
    this.#baseMs = baseMsAfter(code);
  }

  /** @param attempt the number of attempts that have failed since the connection was lost. */
  delayMs(attempt: number): number {
    // One connection that ended soon is no pattern yet.
    return fullJitterMs(Math.max(attempt, this.#shortLived - 1), this.#baseMs, this.#random);
  }
}

function isNoTrouble(code: number | undefined): boolean {
  return code === CLOSE_CODES.tokenExpired || code === CLOSE_CODES.accessChanged;
}

function baseMsAfter(code: number | undefined): number {
  if (isNoTrouble(code)) return RENEWAL_BASE_MS;
  return code === CLOSE_CODES.serviceRestart || code === CLOSE_CODES.tryAgainLater
    ? RESTART_BASE_MS
    : BASE_MS;
}

/** Why a connection is lost that may come back, in words; undefined when it comes back at once. */
export function troubleOf(code: number | undefined): RollcallError | undefined {
  if (isNoTrouble(code)) return undefined;
  const known: Partial<Record<number, string>> = {
    [CLOSE_CODES.serviceRestart]: 'the server restarts',
    [CLOSE_CODES.tooSlow]: 'the server closed the connection: it was read too slowly',
    [CLOSE_CODES.tryAgainLater]: 'the server closed the connection: it can take no more now',
  };
  const message = known[code ?? 0] ?? 'the connection to the server is lost, or could not be opened';
  return new RollcallError('UNAVAILABLE', message);
}

/** RFC 6455: a message was too big. Sending it again after a reconnect would have the same end. */
const MESSAGE_TOO_BIG = 1009;

/**
 * Decides whether the end of a WebSocket is final. The server may name an error code as the reason of the close.
 * @param renews whether a fresh token can be had that fixes an error. Such an error is not final.
 * @returns why the client must not connect again, or undefined if it may.
 */
export function fatalClose(
  code: number | undefined,
  reason: string,
  renews: (code: ErrorCode) => boolean,
): RollcallError | undefined {
  if (code === MESSAGE_TOO_BIG) {
    return new RollcallError(
      'PAYLOAD_TOO_LARGE',
      'the server closed the connection: a message was too large',
    );
  }
  if (code === CLOSE_CODES.tokenExpired) {
    return renews('TOKEN_EXPIRED')
      ? undefined
      : new RollcallError('TOKEN_EXPIRED', 'the token has expired: connect with a fresh token');
  }
  if (code === undefined || !FATAL_CLOSE_CODES.includes(code)) return undefined;
  const named = Object.hasOwn(ERROR_CODES, reason) ? (reason as ErrorCode) : undefined;
  if (code === CLOSE_CODES.tokenInvalid) {
    return new RollcallError(
      named ?? 'TOKEN_INVALID',
      'the server closed the connection: the token is not valid',
    );
  }
  if (named && renews(named)) return undefined;
  return new RollcallError(
    named ?? 'NOT_ALLOWED',
    'the server closed the connection: this user may not be connected',
  );
}

/** What the browser knows about its network. In Node nobody says anything, and the network counts as present. */
export interface Network {
  addEventListener(type: 'online' | 'offline', listener: () => void): void;
  removeEventListener(type: 'online' | 'offline', listener: () => void): void;
  navigator?: { onLine?: boolean };
}

/**
 * Calls a listener when the network comes or goes, and at once if there is no network.
 * @returns a function that removes the listener.
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
