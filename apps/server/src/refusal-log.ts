import type { CallerKey } from '@rollcall/router';
import type { Logger } from 'pino';

const WINDOW_MS = 60_000;

/** Beyond so many callers in a minute, the others are counted together. */
const MAX_CALLERS = 1000;
const OTHERS = 'others';

/** Whose calls are refused. */
export interface RefusedCaller {
  /** Names the caller; it is not logged, since an id may be somebody's address. */
  key: CallerKey;
  /** The network address of the caller. */
  address: string;
}

interface Refused {
  address: string | undefined;
  /** How many of each kind came after the first, which has a line of its own. */
  more: Map<string, number>;
}

/**
 * Keeps refusals from filling the log. In a minute, the first refusal of each kind has a line of its own for each caller.
 * All that follow become one line with their numbers, at the end of the minute.
 */
export class RefusalLog {
  readonly #logger: Logger;
  #callers = new Map<string, Refused>();
  #timer: NodeJS.Timeout | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /**
   * Notes a refusal.
   * @param kind for instance its error code: a word out of few.
   * @returns whether it is to be logged by itself; if not, it has been counted.
   */
  isFirst({ key, address }: RefusedCaller, kind: string): boolean {
    this.#timer ??= setTimeout(() => this.flush(), WINDOW_MS).unref();
    const fits = this.#callers.has(key) || this.#callers.size < MAX_CALLERS;
    const id = fits ? key : OTHERS;
    let refused = this.#callers.get(id);
    if (!refused) {
      refused = { address: fits ? address : undefined, more: new Map() };
      this.#callers.set(id, refused);
    }
    const before = refused.more.get(kind);
    refused.more.set(kind, (before ?? -1) + 1);
    return before === undefined;
  }

  /** Writes what has been counted. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const callers = this.#callers;
    this.#callers = new Map();
    for (const { address, more } of callers.values()) {
      const counts = Object.fromEntries([...more].filter(([, count]) => count > 0));
      if (Object.keys(counts).length === 0) continue;
      this.#logger.info({ ...(address !== undefined && { address }), counts }, 'more calls were refused');
    }
  }
}
