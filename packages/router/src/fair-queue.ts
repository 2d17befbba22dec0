/**
 * A queue in which each caller has a line of its own. The lines are served in turn, so that a caller waits for what other
 * callers have asked for once, however often one of them asks.
 */
export class FairQueue<Item extends object> {
  /** The line that was not served for the longest time comes first. */
  readonly #lines = new Map<string, Set<Item>>();
  #size = 0;

  /** How many items wait. */
  get size(): number {
    return this.#size;
  }

  /** Puts an item at the end of its caller's line, unless it stands there. */
  add(caller: string, item: Item): void {
    const line = this.#lines.get(caller) ?? new Set();
    if (line.has(item)) return;
    this.#lines.set(caller, line.add(item));
    this.#size += 1;
  }

  /** Takes an item out that waits no more. */
  remove(caller: string, item: Item): void {
    const line = this.#lines.get(caller);
    if (!line?.delete(item)) return;
    this.#size -= 1;
    if (line.size === 0) this.#lines.delete(caller);
  }

  /** Takes the next item, in turn. */
  next(): Item | undefined {
    for (const [caller, line] of this.#lines) {
      this.#lines.delete(caller);
      for (const item of line) {
        line.delete(item);
        this.#size -= 1;
        if (line.size > 0) this.#lines.set(caller, line);
        return item;
      }
    }
    return undefined;
  }
}
