/** Items that were read are let go of in lots of this size: one by one would move the whole queue each time. */
const COMPACT_AFTER = 1_000;

/**
 * Hands out items to one asynchronous reader in the order in which they came. After `end`, what is still queued is read
 * first; after `cancel`, nothing is. The reader may stop at any moment, even while it waits.
 */
export class ItemQueue<Item> implements AsyncIterableIterator<Item> {
  #items: Item[] = [];
  #next = 0;
  #ending: { error?: unknown } | undefined;
  #waiting: { resolve(result: IteratorResult<Item>): void; reject(error: unknown): void }[] = [];
  readonly #onRead: () => void;
  readonly #onStop: () => void;

  /**
   * @param onRead an item has been taken, so that there is more room.
   * @param onStop the reader has stopped before the end.
   */
  constructor(onRead: () => void, onStop: () => void) {
    this.#onRead = onRead;
    this.#onStop = onStop;
  }

  /** Items that wait to be read. */
  get size(): number {
    return this.#items.length - this.#next;
  }

  push(item: Item): void {
    if (this.#ending) return;
    const reader = this.#waiting.shift();
    if (reader) reader.resolve({ done: false, value: item });
    else this.#items.push(item);
  }

  /** No more items come; with an error, the reader gets it after the last one. */
  end(error?: unknown): void {
    if (this.#ending) return;
    this.#ending = error === undefined ? {} : { error };
    for (const reader of this.#waiting.splice(0)) this.#finish().then(reader.resolve, reader.reject);
  }

  /** Ends at once and forgets what has not been read. */
  cancel(): void {
    this.#items = [];
    this.#next = 0;
    if (this.#ending) this.#ending = {};
    else this.end();
  }

  next(): Promise<IteratorResult<Item>> {
    if (this.size > 0) {
      const value = this.#items[this.#next] as Item;
      this.#next += 1;
      if (this.#next >= COMPACT_AFTER || this.#next === this.#items.length) {
        this.#items = this.#items.slice(this.#next);
        this.#next = 0;
      }
      this.#onRead();
      return Promise.resolve({ done: false, value });
    }
    if (this.#ending) return this.#finish();
    this.#onRead();
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  return(): Promise<IteratorResult<Item>> {
    this.#onStop();
    this.cancel();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The error is thrown once; after it there is just the end. */
  #finish(): Promise<IteratorResult<Item>> {
    const ending = this.#ending;
    this.#ending = {};
    if (ending && 'error' in ending) return Promise.reject(ending.error);
    return Promise.resolve({ done: true, value: undefined });
  }
}
