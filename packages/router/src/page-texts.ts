import type { ShownEvent } from './shown-page.js';

/** Shorter pages are put together faster than they are found. */
const MIN_EVENTS = 20;

/** Listeners that catch up together are about at the same place, each kind of viewer with a form of its own. */
const MAX_PAGES = 8;

interface PageText {
  events: readonly ShownEvent[];
  bytes: Buffer;
}

/**
 * The texts of the long pages that were sent last. To put hundreds of texts together, and to encode them, costs more than
 * anything else that is done for a page; listeners that catch up together, and see the same, share it.
 */
export class PageTexts {
  readonly #textOf: (event: ShownEvent) => string;
  /** The one that was used last comes first. */
  #pages: PageText[] = [];

  /** @param textOf the text of one event, which never changes. */
  constructor(textOf: (event: ShownEvent) => string) {
    this.#textOf = textOf;
  }

  /** The texts of these events with commas between them, as UTF-8; undefined for a short page. */
  bytesOf(events: readonly ShownEvent[]): Buffer | undefined {
    if (events.length < MIN_EVENTS) return undefined;
    const page = this.#pages.find(one => areSame(one.events, events)) ?? {
      events,
      bytes: Buffer.from(events.map(this.#textOf).join(',')),
    };
    this.#pages = [page, ...this.#pages.filter(one => one !== page)].slice(0, MAX_PAGES);
    return page.bytes;
  }
}

/** Whether they are the very same objects in the same order. */
function areSame(some: readonly ShownEvent[], others: readonly ShownEvent[]): boolean {
  return some.length === others.length && some.every((one, index) => one === others[index]);
}
