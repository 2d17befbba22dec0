/** Choices made by a source of random numbers from 0 to 1. */
export class Dice {
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Whether something of this probability happens. */
  chance(probability: number): boolean {
    return this.#random() < probability;
  }

  /** A whole number, both ends included. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.#random() * (to - from + 1));
  }

  /** One of them. @throws Error when the list is empty */
  pick<Item>(items: readonly Item[]): Item {
    if (items.length === 0) throw new Error('there is nothing to pick from');
    return items[this.whole(0, items.length - 1)] as Item;
  }

  /** As many different ones as there are, at most `most` and at least one. */
  some<Item>(items: readonly Item[], most: number): Item[] {
    const left = [...items];
    const taken: Item[] = [];
    for (let count = this.whole(1, most); count > 0 && left.length > 0; count--) {
      taken.push(...left.splice(this.whole(0, left.length - 1), 1));
    }
    return taken;
  }
}
