import { RollcallError } from '../errors/rollcall-error.js';
import type { JsonValue } from '../json.js';
import { LIMITS } from '../limits.js';
import type { Comparison } from './query-users.js';

/** How large a filter is so far. It throws `INPUT_INVALID` where the filter becomes too large. */
export class FilterSize {
  #comparisons = 0;
  #values = 0;
  readonly #maxValues: number;

  /** @param maxValues values of all comparisons together. */
  constructor(maxValues: number) {
    this.#maxValues = maxValues;
  }

  /** Counts a comparison. An empty filter counts as one, too: a million of them would be too many. */
  addComparison(where: string, comparison?: Comparison): void {
    this.#comparisons += 1;
    if (this.#comparisons > LIMITS.filterClauses) {
      throw tooLarge(where, `a filter has at most ${LIMITS.filterClauses} comparisons`);
    }
    this.#values += comparison ? valuesOf(comparison) : 0;
    if (this.#values > this.#maxValues) {
      throw tooLarge(
        where,
        `a filter of this caller has at most ${this.#maxValues} values, all its comparisons together`,
      );
    }
  }
}

function tooLarge(where: string, message: string): RollcallError {
  return new RollcallError('INPUT_INVALID', `${where}: ${message}`, { field: where });
}

function valuesOf(comparison: Comparison): number {
  switch (comparison.operator) {
    case '$in':
    case '$nin':
      return leavesOf(comparison.values);
    case '$autocomplete':
      return comparison.words.length;
    default:
      return leavesOf([comparison.value]);
  }
}

/** An array counts by what is in it, and an empty one as a value. */
function leavesOf(values: readonly JsonValue[]): number {
  let leaves = 0;
  for (const value of values) leaves += Array.isArray(value) ? Math.max(1, leavesOf(value)) : 1;
  return leaves;
}
