/** A set of small numbers. It takes a bit for each number up to the largest. */
export class NumberSet {
  #bits = new Uint8Array(0);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(number: number): boolean {
    return (((this.#bits[number >> 3] ?? 0) >> (number & 7)) & 1) === 1;
  }

  /** @returns whether it was not there before. */
  add(number: number): boolean {
    if (this.has(number)) return false;
    const place = number >> 3;
    if (place >= this.#bits.length) {
      const grown = new Uint8Array(Math.max(8, 2 * this.#bits.length, place + 1));
      grown.set(this.#bits);
      this.#bits = grown;
    }
    this.#bits[place] = (this.#bits[place] ?? 0) | (1 << (number & 7));
    this.#size += 1;
    return true;
  }

  delete(number: number): void {
    if (!this.has(number)) return;
    this.#bits[number >> 3] = (this.#bits[number >> 3] ?? 0) & ~(1 << (number & 7));
    this.#size -= 1;
  }

  *[Symbol.iterator](): Generator<number> {
    for (let place = 0; place < this.#bits.length; place++) {
      if (this.#bits[place] === 0) continue;
      for (let number = 8 * place; number < 8 * place + 8; number++) if (this.has(number)) yield number;
    }
  }
}
