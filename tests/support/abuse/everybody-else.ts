import { setTimeout as sleep } from 'node:timers/promises';

/** How often somebody else calls: more often than a budget of 250 ms could hide anything. */
const EVERY_MS = 25;

/** What the others saw while one caller was at its worst. */
export interface Experience {
  /** How many calls were answered. */
  calls: number;
  p50Ms: number;
  p99Ms: number;
  worstMs: number;
  /** Whether `/readyz` said yes every time. */
  ready: boolean;
  /** Calls that failed, by what they said. */
  failures: string[];
}

/** One kind of call that the others make. */
export type OthersCall = () => Promise<unknown>;

/**
 * Calls as everybody else does, in turn and at a steady pace whatever the answers take (open loop: a server that stands
 * still is met by every call that comes meanwhile, so the slow ones are not left out of the count).
 */
export class EverybodyElse {
  readonly #calls: readonly OthersCall[];
  readonly #readyz: string;
  readonly #tookMs: number[] = [];
  readonly #failures: string[] = [];
  readonly #pending = new Set<Promise<void>>();
  #ready = true;
  #stopped = false;
  #running: Promise<void> | undefined;

  /** @param url of the server. */
  constructor(url: string, calls: readonly OthersCall[]) {
    this.#calls = calls;
    this.#readyz = `${url}/readyz`;
  }

  start(): this {
    this.#running = this.#run();
    return this;
  }

  /** Stops calling, waits for the answers, and says how it was. */
  async stop(): Promise<Experience> {
    this.#stopped = true;
    await this.#running;
    await Promise.all(this.#pending);
    const sorted = this.#tookMs.sort((a, b) => a - b);
    const at = (share: number) => Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0);
    return {
      calls: sorted.length,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      worstMs: at(1),
      ready: this.#ready,
      failures: [...new Set(this.#failures)],
    };
  }

  async #run(): Promise<void> {
    for (let turn = 0; !this.#stopped; turn++) {
      const call = this.#calls[turn % this.#calls.length] as OthersCall;
      this.#note(turn % 20 === 0 ? () => this.#askReady() : call);
      await sleep(EVERY_MS);
    }
  }

  async #askReady(): Promise<void> {
    const answer = await fetch(this.#readyz);
    await answer.text();
    if (!answer.ok) this.#ready = false;
  }

  #note(call: OthersCall): void {
    const began = performance.now();
    const noted = call()
      .catch((error: Error) => {
        this.#failures.push(error.message);
      })
      .then(() => {
        this.#tookMs.push(performance.now() - began);
        this.#pending.delete(noted);
      });
    this.#pending.add(noted);
  }
}
