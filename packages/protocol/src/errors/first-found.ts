import { LIMITS } from '../limits.js';

/**
 * What was found to be wrong: the first of it, as much as a refusal lists, and how much more there is. Of that nothing is
 * made, so that being refused costs about as much as being accepted, however much is wrong.
 */
export class FirstFound<Found> {
  readonly listed: Found[] = [];
  readonly #most: number;
  #more = 0;

  /** @param most as many as are listed; the others are counted. */
  constructor(most: number = LIMITS.listedIssues) {
    this.#most = most;
  }

  /** How many were found beyond those that are listed. */
  get more(): number {
    return this.#more;
  }

  /** How many more would be listed. */
  get room(): number {
    return Math.max(0, this.#most - this.listed.length);
  }

  /** How many were found in all. */
  get count(): number {
    return this.listed.length + this.#more;
  }

  /** @param make is called if there is room for what it makes. */
  add(make: () => Found): void {
    if (this.listed.length < this.#most) this.listed.push(make());
    else this.#more += 1;
  }

  /** Counts what was found and was not made. */
  addMore(count: number): void {
    this.#more += count;
  }
}
