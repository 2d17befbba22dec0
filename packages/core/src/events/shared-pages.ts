import type { Position } from '@rollcall/protocol';
import type { LoggedEvent } from './logged-event.js';

/** Listeners that resume together, one after another, are about at the same place. */
const MAX_PAGES = 4;

/** As long as it may take to hear that another process has taken something out of the log. */
const MAX_AGE_MS = 500;

interface SharedPage {
  events: LoggedEvent[];
  readAt: number;
}

/**
 * The pages of the log that were read last, for those who ask for the same ones next: when hundreds of listeners resume
 * from the same place, a page is read and parsed once, and its events become text once. Only pages with events are kept. An
 * empty page says that the log ends there, which may be over at any moment.
 */
export class SharedPages {
  readonly #pages = new Map<string, SharedPage>();
  /** Counts how often everything was dropped. */
  #drops = 0;

  /** The events after a position, if they were read in the last half second. */
  find(position: Position, limit: number): LoggedEvent[] | undefined {
    const page = this.#pages.get(nameOf(position, limit));
    return page && performance.now() - page.readAt < MAX_AGE_MS ? page.events : undefined;
  }

  /** @returns what keeps the page that is about to be read, unless everything was dropped by then. */
  reading(position: Position, limit: number): (events: LoggedEvent[]) => void {
    const drops = this.#drops;
    // What it shows may be as old as this.
    const readAt = performance.now();
    return events => {
      if (events.length === 0 || drops !== this.#drops) return;
      const name = nameOf(position, limit);
      this.#pages.delete(name);
      this.#pages.set(name, { events, readAt });
      const [oldest] = this.#pages.keys();
      if (this.#pages.size > MAX_PAGES && oldest !== undefined) this.#pages.delete(oldest);
    };
  }

  /** Drops all pages: the stored events have changed. */
  drop(): void {
    this.#drops += 1;
    this.#pages.clear();
  }
}

function nameOf({ epoch, seq }: Position, limit: number): string {
  return `${epoch}.${seq} ${limit}`;
}
