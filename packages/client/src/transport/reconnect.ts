import { CLOSE_CODES } from '@rollcall/protocol';

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
