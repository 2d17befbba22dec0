import { CLOSE_CODES, RollcallError } from '@rollcall/protocol';

/** What may wait to be read by one connection, events and answers together, before nothing more is made for it. */
export const MAX_UNREAD_BYTES = 1024 * 1024;

/** How long a connection may be behind without reading before it is closed. A listener then resumes by its last id. */
const PATIENCE_MS = 2000;

/** Who reads this much within that time is reading: a large answer arrives over a slow line, too. */
const PROGRESS_BYTES = 256 * 1024;

/** Calls of one connection that run at a time. The others begin, in order, when answers have been sent and there is room. */
const MAX_RUNNING_CALLS = 10;

/** The other end of a connection, as far as its outlet needs it. */
export interface OutletPeer {
  /** Bytes that have been sent and that the system has not taken yet. */
  unreadBytes(): number;
  /** Ends the connection with a close code of the protocol. */
  close(code: number, reason: string): void;
  /** Sends a whole message, at once, and says so ({@link Outlet.sent}). Absent where messages have another frame. */
  send?(message: Buffer): void;
  /** Reads no more of what the peer sends, until `resume`. Absent where the peer sends nothing. */
  pause?(): void;
  resume?(): void;
}

/** What looks after all outlets. */
export interface OutletKeeper {
  /** Has the outlet looked at regularly for as long as something is unread. */
  watch(outlet: Outlet): void;
  /** Hears that the outlet was closed because its peer read too slowly. */
  tooSlow(): void;
}

/** Gives a turn to the next one. A second call has no effect. */
export type EndTurn = () => void;

/**
 * The one way out of a connection, for events and answers alike. Nothing is read, shaped or turned into text for a
 * connection that has no room, so a peer that does not read costs a bounded amount of memory and no time.
 *
 * - A subscription takes its turn, one at a time and in order. A turn begins when there is room: it reads a page, shapes
 *   it and sends it. Between two turns the event loop gets to everybody else.
 * - Calls begin when there is room, ten at a time. Those that run finish, but for queries: `gone` ends them.
 * - A peer that is behind is not read from. When it does not read either, it is closed with 4008.
 */
export class Outlet {
  readonly #peer: OutletPeer;
  readonly #keeper: OutletKeeper;
  readonly #turns: (() => void)[] = [];
  readonly #calls: (() => void)[] = [];
  /** Those who wait for room; most outlets never lack it. */
  #forRoom: Set<() => void> | undefined;
  #turnIsTaken = false;
  #runningCalls = 0;
  #unread = 0;
  #ended = false;
  #gone: AbortController | undefined;
  /** Set while too much is unread: how long already, and what the peer has read in that time. */
  #behind: { ms: number; readBytes: number } | undefined;

  constructor(peer: OutletPeer, keeper: OutletKeeper) {
    this.#peer = peer;
    this.#keeper = keeper;
  }

  /** Bytes that were unread at the last look. */
  get unreadBytes(): number {
    return this.#unread;
  }

  /** Whether it is closed or about to be: nothing more leaves by it. */
  get hasEnded(): boolean {
    return this.#ended;
  }

  /** Says that it has ended: nobody waits for an answer any more. */
  get gone(): AbortSignal {
    this.#gone ??= new AbortController();
    if (this.#ended) this.#gone.abort();
    return this.#gone.signal;
  }

  /**
   * Waits for the turn of a subscription, and for room.
   * @returns what ends the turn, once the page has been sent; undefined when the signal aborted or the connection ended.
   */
  async turn(signal: AbortSignal): Promise<EndTurn | undefined> {
    if (!this.#turnIsTaken) this.#turnIsTaken = true;
    else if (!(await waitIn(this.#turns, signal))) return undefined;
    if (await this.#room(signal)) return once(() => this.#passOn());
    this.#passOn();
    return undefined;
  }

  /** Whether a subscription may {@link send} at once: nobody else has the turn, and there is room. */
  get isFree(): boolean {
    if (this.#turnIsTaken || this.#ended || !this.#peer.send) return false;
    this.#measure();
    return !this.#behind;
  }

  /** Sends a message, past what answers calls. */
  send(message: Buffer): void {
    this.#peer.send?.(message);
  }

  /**
   * Runs a call when there is room for its answer.
   * @throws RollcallError `RATE_LIMITED` when the connection ends before the call began.
   */
  async call<Result>(run: () => Promise<Result>): Promise<Result> {
    if (this.#runningCalls < MAX_RUNNING_CALLS) this.#runningCalls += 1;
    else await new Promise<void>(begin => this.#calls.push(begin));
    try {
      if (!(await this.#room())) {
        throw new RollcallError('RATE_LIMITED', 'the connection ended before this call began', {
          retry_after: 1,
        });
      }
      return await run();
    } finally {
      // By then the answer has been sent, and counts.
      setImmediate(() => {
        const next = this.#calls.shift();
        if (next) next();
        else this.#runningCalls -= 1;
      });
    }
  }

  /** The host says this after everything that it sends. */
  sent(): void {
    this.#measure();
    if (this.#unread > 0) this.#keeper.watch(this);
  }

  /**
   * Looks how far the peer has read.
   * @param elapsedMs since the last look; a time in which this process itself stood still does not count.
   */
  look(elapsedMs: number): void {
    if (this.#ended) return;
    this.#measure();
    if (!this.#behind) return;
    this.#behind.ms += elapsedMs;
    if (this.#behind.readBytes >= PROGRESS_BYTES) this.#behind = { ms: 0, readBytes: 0 };
    else if (this.#behind.ms > PATIENCE_MS) this.closeAsTooSlow();
  }

  /** Closes the connection, so that what it has not read is freed. Its listener resumes by its last id. */
  closeAsTooSlow(): void {
    if (this.#ended) return;
    this.end();
    this.#keeper.tooSlow();
    this.#peer.close(CLOSE_CODES.tooSlow, 'reading too slowly; resume by the last id');
  }

  /** The connection has ended: what waits for a turn or for room stops waiting. */
  end(): void {
    this.#ended = true;
    this.#gone?.abort();
    this.#wake();
  }

  #measure(): void {
    const before = this.#unread;
    this.#unread = this.#peer.unreadBytes();
    if (this.#behind) this.#behind.readBytes += Math.max(0, before - this.#unread);
    if (this.#ended) return;
    if (this.#unread > MAX_UNREAD_BYTES) {
      if (this.#behind) return;
      this.#behind = { ms: 0, readBytes: 0 };
      this.#peer.pause?.();
      this.#keeper.watch(this);
    } else if (this.#behind) {
      this.#behind = undefined;
      this.#peer.resume?.();
      this.#wake();
    }
  }

  #wake(): void {
    for (const wake of [...(this.#forRoom ?? [])]) wake();
  }

  async #room(signal?: AbortSignal): Promise<boolean> {
    this.#measure();
    while (this.#behind && !this.#ended && !signal?.aborted) {
      await new Promise<void>(resolve => {
        const wake = () => {
          this.#forRoom?.delete(wake);
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        this.#forRoom = (this.#forRoom ?? new Set()).add(wake);
        signal?.addEventListener('abort', wake);
      });
    }
    return !this.#ended && !signal?.aborted;
  }

  /** The next turn begins after everything else that the event loop has to do now. */
  #passOn(): void {
    setImmediate(() => {
      const next = this.#turns.shift();
      if (next) next();
      else this.#turnIsTaken = false;
    });
  }
}

/** @returns whether it is the turn; false when the signal aborted before. */
function waitIn(queue: (() => void)[], signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise(resolve => {
    const begin = () => {
      signal.removeEventListener('abort', leave);
      resolve(true);
    };
    const leave = () => {
      const place = queue.indexOf(begin);
      if (place >= 0) queue.splice(place, 1);
      resolve(false);
    };
    queue.push(begin);
    signal.addEventListener('abort', leave, { once: true });
  });
}

function once(run: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    run();
  };
}
