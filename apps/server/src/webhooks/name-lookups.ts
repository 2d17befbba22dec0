import type { LookupAddress } from 'node:dns';

/** A name whose addresses somebody waits for. */
interface Lookup {
  name: string;
  answer: Promise<LookupAddress[]>;
  settle: (answer: Promise<LookupAddress[]>) => void;
  waiting: number;
  isBegun: boolean;
}

/** A lookup that takes longer than this is slow. */
const SLOW_MS = 2000;

/** The most names of which it is remembered that they are slow. There are fewer webhooks. */
const MOST_SLOW = 1000;

/**
 * Asks for the addresses of names, so many at a time and each name once. The system's lookup keeps a thread busy until the name
 * servers have answered, and there are four of them, which the database and the disk need as well. So names whose servers are
 * silent hold up nothing but other names. Those too only until it is known who is silent: names that were slow when they were
 * asked for last leave one place free.
 */
export class NameLookups {
  readonly #resolve: (name: string) => Promise<LookupAddress[]>;
  readonly #atOnce: number;
  /** In the order in which they were asked for. */
  readonly #asked = new Map<string, Lookup>();
  /** The names that were slow when they were asked for last; those that were asked for last at the end. */
  readonly #slow = new Set<string>();
  #running = 0;
  #runningSlow = 0;

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
      const mayRun = !this.#slow.has(lookup.name) || this.#runningSlow < this.#atOnce - 1;
      if (!lookup.isBegun && mayRun) this.#run(lookup);
    }
  }

  #run(lookup: Lookup): void {
    const { name } = lookup;
    const slow = this.#slow.has(name) ? 1 : 0;
    this.#running += 1;
    this.#runningSlow += slow;
    lookup.isBegun = true;
    const startedAt = performance.now();
    const answer = this.#resolve(name).finally(() => {
      this.#running -= 1;
      this.#runningSlow -= slow;
      this.#asked.delete(name);
      this.#note(name, performance.now() - startedAt);
      this.#begin();
    });
    lookup.settle(answer);
  }

  #note(name: string, ms: number): void {
    this.#slow.delete(name);
    if (ms < SLOW_MS) return;
    this.#slow.add(name);
    const [oldest] = this.#slow;
    if (oldest !== undefined && this.#slow.size > MOST_SLOW) this.#slow.delete(oldest);
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
