/**
 * A few items for each of very many keys. Most keys have one item, which is kept without a set around it: a set costs ten
 * times as much as the entry.
 */
export class FewByKey<Key, Item extends object> {
  readonly #items = new Map<Key, Item | Set<Item>>();

  /** How many keys have an item. */
  get size(): number {
    return this.#items.size;
  }

  add(key: Key, item: Item): void {
    const found = this.#items.get(key);
    if (found instanceof Set) found.add(item);
    else if (found === undefined || found === item) this.#items.set(key, item);
    else this.#items.set(key, new Set([found, item]));
  }

  delete(key: Key, item: Item): void {
    const found = this.#items.get(key);
    if (found === item) this.#items.delete(key);
    if (!(found instanceof Set)) return;
    found.delete(item);
    if (found.size > 1) return;
    for (const last of found) this.#items.set(key, last);
  }

  of(key: Key): Iterable<Item> {
    const found = this.#items.get(key);
    if (found instanceof Set) return found;
    return found === undefined ? [] : [found];
  }
}
