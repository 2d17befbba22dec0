import type { Transaction, UnitOfWork } from './unit-of-work.js';

interface Look<Result> {
  ids: Set<string>;
  found: Promise<(id: string) => Result>;
}

/**
 * Reads what belongs to an id. Everybody who asks before a look begins shares it, so that thousands who ask at once cost
 * a few looks; and no look begins before it is asked for, so nobody gets what was true only earlier. Not for use within
 * a transaction, since a look of others does not see what that one has written.
 */
export class BatchedLoader<Result> {
  readonly #unitOfWork: UnitOfWork;
  readonly #read: (transaction: Transaction, ids: readonly string[]) => Promise<(id: string) => Result>;
  #next: Look<Result> | undefined;

  constructor(
    unitOfWork: UnitOfWork,
    read: (transaction: Transaction, ids: readonly string[]) => Promise<(id: string) => Result>,
  ) {
    this.#unitOfWork = unitOfWork;
    this.#read = read;
  }

  async look(id: string): Promise<Result> {
    if (this.#next) this.#next.ids.add(id);
    else this.#next = this.#begin(new Set([id]));
    return (await this.#next.found)(id);
  }

  #begin(ids: Set<string>): Look<Result> {
    const taken = () => {
      if (this.#next?.ids === ids) this.#next = undefined;
    };
    const found = this.#unitOfWork.read(transaction => {
      taken();
      return this.#read(transaction, [...ids]);
    });
    found.catch(taken);
    return { ids, found };
  }
}
