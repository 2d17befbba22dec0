/**
 * Reads a batch. It calls `takeKeys` once, at the moment it begins to read: keys that are asked for up to then belong to
 * the batch.
 * @returns what it found, by key.
 */
export type ReadBatch<Key, Result> = (takeKeys: () => readonly Key[]) => Promise<(key: Key) => Result>;

interface Batch<Key, Result> {
  keys: Set<Key>;
  found: Promise<(key: Key) => Result>;
}

const MAX_KEYS_PER_BATCH = 500;

/**
 * Loads values by key, and lets all who ask before a read begins share that read: thousands who ask at once cost a few
 * reads. A read never begins before it is asked for, so nobody gets a value that was true only earlier. Do not use it
 * inside a transaction: the shared read does not see what that transaction has written.
 */
export class BatchedLoader<Key, Result> {
  readonly #read: ReadBatch<Key, Result>;
  /** The batch that has not begun to read and has room. */
  #waiting: Batch<Key, Result> | undefined;

  constructor(read: ReadBatch<Key, Result>) {
    this.#read = read;
  }

  /** The value of a key now. It rejects with whatever the read of its batch rejects with. */
  async load(key: Key): Promise<Result> {
    let batch = this.#waiting;
    if (batch && (batch.keys.has(key) || batch.keys.size < MAX_KEYS_PER_BATCH)) batch.keys.add(key);
    else {
      batch = this.#begin(new Set([key]));
      this.#waiting = batch;
    }
    return (await batch.found)(key);
  }

  #begin(keys: Set<Key>): Batch<Key, Result> {
    const close = () => {
      if (this.#waiting?.keys === keys) this.#waiting = undefined;
    };
    // The read begins once the batch waits: one that took its keys at once would leave a batch that nobody reads any more.
    const found = Promise.resolve().then(() =>
      this.#read(() => {
        close();
        return [...keys];
      }),
    );
    found.catch(close);
    return { keys, found };
  }
}
