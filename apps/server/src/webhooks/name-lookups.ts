import type { LookupAddress } from 'node:dns';

/** A name whose addresses somebody waits for. */
interface Lookup {
  name: string;
  answer: Promise<LookupAddress[]>;
  settle: (answer: Promise<LookupAddress[]>) => void;
  waiting: number;
  isBegun: boolean;
}

/**
 * Asks for the addresses of names, so many at a time and each name once. The system's lookup keeps a thread busy until the name
 * servers have answered, and there are four of them, which the database and the disk need as well. So names whose servers are
 * silent hold up other names, and nothing else.
 */
export class NameLookups {
  readonly #resolve: (name: string) => Promise<LookupAddress[]>;
  readonly #atOnce: number;
  /** In the order in which they were asked for. */
  readonly #asked = new Map<string, Lookup>();
  #running = 0;

  constructor(resolve: (name: string) => Promise<LookupAddress[]>, atOnce: number) {
    this.#resolve = resolve;
    this.#atOnce = atOnce;
  }

  /**
   * The addresses of a name. A name for which nobody waits any more is not asked for.
   * @throws what the lookup throws, and the reason of the signal when it aborts.
   */
  async of(name: string, signal: AbortSignal): Promise<LookupAddress[]> {
    const lookup = this.#asked.get(name) ?? this.#enqueue(name);
    lookup.waiting += 1;
    this.#begin();
    try {
      return await within(lookup.answer, signal);
    } finally {
      lookup.waiting -= 1;
      if (lookup.waiting === 0 && !lookup.isBegun) this.#asked.delete(name);
    }
  }

  #enqueue(name: string): Lookup {
    let settle: Lookup['settle'] = () => undefined;
    const answer = new Promise<LookupAddress[]>(resolve => {
      settle = resolve;
    });
    const lookup: Lookup = { name, answer, settle, waiting: 0, isBegun: false };
    this.#asked.set(name, lookup);
    return lookup;
  }

  #begin(): void {
    for (const lookup of this.#asked.values()) {
      if (this.#running >= this.#atOnce) return;
      if (!lookup.isBegun) this.#run(lookup);
    }
  }

  #run(lookup: Lookup): void {
    this.#running += 1;
    lookup.isBegun = true;
    const answer = this.#resolve(lookup.name).finally(() => {
      this.#running -= 1;
      this.#asked.delete(lookup.name);
      this.#begin();
    });
    lookup.settle(answer);
  }
}

function within<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
