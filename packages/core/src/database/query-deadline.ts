import { RollcallError } from '@rollcall/protocol';

/** How often an engine is told to end a statement: one that had not begun yet when it was told would not hear of it. */
const INSIST_MS = 20;

/**
 * Ends one read when its time is over. It interrupts the statement that runs, again and again until `stop` is called, and
 * lets no further statement begin. After `stop` it interrupts nothing, so that it cannot hit what comes next on the
 * connection.
 */
export class QueryDeadline {
  readonly #limitMs: number | undefined;
  readonly #startedAt = performance.now();
  readonly #interrupt: () => void;
  #timer: NodeJS.Timeout | undefined;
  #reason: RollcallError | undefined;

  /**
   * @param limitMs how long the read may run; undefined: without an end.
   * @param interrupt ends the statement that runs; it does nothing when none does.
   */
  constructor(limitMs: number | undefined, interrupt: () => void) {
    this.#limitMs = limitMs;
    this.#interrupt = interrupt;
    if (limitMs !== undefined) this.#timer = setTimeout(() => this.end(tooExpensive(limitMs)), limitMs);
  }

  /** How much of the time is left, in milliseconds; at least 1. */
  get leftMs(): number {
    const { usedMs } = this;
    return this.#limitMs === undefined ? Number.POSITIVE_INFINITY : Math.max(1, this.#limitMs - usedMs);
  }

  /** How long the read has run, in milliseconds. */
  get usedMs(): number {
    return performance.now() - this.#startedAt;
  }

  /** Ends the read now, for a reason of one's own. */
  end(reason: RollcallError): void {
    this.#reason ??= reason;
    clearTimeout(this.#timer);
    this.#interrupt();
    this.#timer = setInterval(this.#interrupt, INSIST_MS);
  }

  /** @throws RollcallError the reason, when the read was ended: no further statement may begin. */
  check(): void {
    if (this.#reason) throw this.#reason;
  }

  /** What to tell about a failure of a statement: the reason, when the read was ended. */
  explain(failure: unknown): unknown {
    return this.#reason && !(failure instanceof RollcallError) ? this.#reason : failure;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

class CallerGone extends RollcallError {
  constructor(whatCame: string) {
    super('UNAVAILABLE', `the caller is gone; ${whatCame}`);
  }
}

/** The error of a query or a call whose caller has gone. Nobody is left to read it. @param whatCame of it. */
export function callerGone(whatCame = 'the query was ended'): RollcallError {
  return new CallerGone(whatCame);
}

/** Whether an error says that the caller has gone: its code is that of a storage that is away, and nothing is away. */
export function isCallerGone(error: unknown): boolean {
  return error instanceof CallerGone;
}

/** Why a query was ended before it was done; undefined for any other failure. */
export function reasonOfEnd(error: unknown): 'time' | 'caller_gone' | undefined {
  if (isCallerGone(error)) return 'caller_gone';
  return error instanceof RollcallError && error.code === 'QUERY_TOO_EXPENSIVE' ? 'time' : undefined;
}

/** Calls `end` when a caller goes, or has gone already. @returns what stops listening. */
export function onGone(signal: AbortSignal | undefined, end: () => void): () => void {
  if (signal?.aborted) end();
  else signal?.addEventListener('abort', end, { once: true });
  return () => signal?.removeEventListener('abort', end);
}

/** The error of a query whose time is over. */
export function tooExpensive(limitMs: number): RollcallError {
  const limit = `${limitMs / 1000} ${limitMs === 1000 ? 'second' : 'seconds'}`;
  return new RollcallError(
    'QUERY_TOO_EXPENSIVE',
    `the query was ended: it ran for ${limit}, which is as long as a query of this caller may`,
  );
}
