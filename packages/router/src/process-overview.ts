import { type Directory, type DirectoryOverview, type Principal, SecondCounts } from '@rollcall/core';
import type { Overview } from '@rollcall/protocol';
import type { Outlets } from './outlets.js';
import { type HostFacts, overviewWarnings } from './overview-warnings.js';

/** What an overview is made of in one process. */
export interface ProcessOverviewOptions {
  directory: Pick<Directory, 'overview'>;
  outlets: Pick<Outlets, 'closedAsTooSlow'>;
  facts: HostFacts;
}

/** An overview is made at most once in this time, however many ask. */
const KEPT_MS = 1000;

/** One that took long is kept for so many times longer, so that a fiftieth of a reader's time goes there at most. */
const REST = 50;

/** How this process and its data are doing, for operators. It counts the calls that the process takes. */
export class ProcessOverview {
  readonly #options: ProcessOverviewOptions;
  /** The calls that this process has taken. The router counts them. */
  readonly calls = new SecondCounts();
  #kept: { overview: Promise<Overview>; until: number } | undefined;
  #everlastingTokenAt: number | undefined;

  constructor(options: ProcessOverviewOptions) {
    this.#options = options;
  }

  /** Notes with what a back end has signed in. */
  noteToken(principal: Principal): void {
    if (principal.kind === 'server' && principal.expiresAt === undefined)
      this.#everlastingTokenAt = Date.now();
  }

  /** The overview of this second. All who ask while it is made wait for the same one. */
  get(): Promise<Overview> {
    const begunAt = performance.now();
    if (this.#kept && begunAt < this.#kept.until) return this.#kept.overview;
    const kept = { overview: this.#make(), until: Number.POSITIVE_INFINITY };
    this.#kept = kept;
    kept.overview.then(
      () => {
        kept.until = begunAt + Math.max(KEPT_MS, REST * (performance.now() - begunAt));
      },
      () => {
        if (this.#kept === kept) this.#kept = undefined;
      },
    );
    return kept.overview;
  }

  async #make(): Promise<Overview> {
    const { directory, outlets, facts } = this.#options;
    const known: DirectoryOverview = await directory.overview.read();
    const { events } = directory.overview;
    return {
      ...known.counted,
      process: {
        since: this.calls.since,
        events_per_second: rounded(events.perSecond),
        calls_per_second: rounded(this.calls.perSecond),
        events: events.lastMinute,
        calls: this.calls.lastMinute,
      },
      warnings: overviewWarnings({
        known,
        facts,
        closedAsTooSlow: outlets.closedAsTooSlow,
        everlastingTokenAt: this.#everlastingTokenAt,
      }),
    };
  }
}

function rounded(perSecond: number): number {
  return Math.round(perSecond * 100) / 100;
}
