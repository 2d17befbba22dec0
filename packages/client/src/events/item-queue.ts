/**
 * The queue drops items that were read in lots of this size. Dropping each one would move the whole queue each time.
 */
const COMPACT_AFTER = 1_000;

/**
 * Gives items to one asynchronous reader in the order in which they came. After `end` the reader still gets the items
 * that wait; after `cancel` it gets none. The reader may stop at any moment, even while it waits.
 */
export class ItemQueue<Item> implements AsyncIterableIterator<Item> {
  #items: Item[] = [];
  #next = 0;
  #ended: { error?: unknown } | undefined;
  #waiting: { resolve(result: IteratorResult<Item>): void; reject(error: unknown): void }[] = [];
  readonly #onRead: () => void;
  readonly #onStop: () => void;

  /**
   * @param onRead called when the reader took an item or waits for one: there is room for more.
   * @param onStop called when the reader stops before the end.
   */
  constructor(onRead: () => void, onStop: () => void) {
    this.#onRead = onRead;
    this.#onStop = onStop;
  }

  /** The number of items that wait for the reader. */
  get size(): number {
    return this.#items.length - this.#next;
  }

  push(item: Item): void {
    if (this.#ended) return;
    const reader = this.#waiting.shift();
    if (reader) reader.resolve({ done: false, value: item });
    else this.#items.push(item);
  }

  /** Ends the queue after its last item. The reader gets the error, if there is one, after that item. */
  end(error?: unknown): void {
    if (this.#ended) return;
    this.#ended = error === undefined ? {} : { error };
    for (const reader of this.#waiting.splice(0)) this.#finish().then(reader.resolve, reader.reject);
  }

  /** Ends the queue at once, and drops the items that were not read. */
  cancel(): void {
    this.#items = [];
    this.#next = 0;
    if (this.#ended) this.#ended = {};
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
    if (this.#ended) return this.#finish();
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

  /** Throws the error once. Later reads find the end only. */
  #finish(): Promise<IteratorResult<Item>> {
    const ended = this.#ended;
    this.#ended = {};
    if (ended && 'error' in ended) return Promise.reject(ended.error);
    return Promise.resolve({ done: true, value: undefined });
  }
}
