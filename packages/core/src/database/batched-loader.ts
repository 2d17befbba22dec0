import type { Transaction, UnitOfWork } from './unit-of-work.js';

interface Batch<Result> {
  ids: Set<string>;
  found: Promise<(id: string) => Result>;
}

/**
 * Reads what belongs to an id. All callers who ask before a read begins share it, so thousands of calls at once cost a
 * few reads. No read begins before it is asked for, so no caller gets an outdated answer. Not for use within a
 * transaction: a read that is shared with others does not see what that transaction has written.
 */
export class BatchedLoader<Result> {
  readonly #unitOfWork: UnitOfWork;
  readonly #read: (transaction: Transaction, ids: readonly string[]) => Promise<(id: string) => Result>;
  #next: Batch<Result> | undefined;

  constructor(
    unitOfWork: UnitOfWork,
    read: (transaction: Transaction, ids: readonly string[]) => Promise<(id: string) => Result>,
  ) {
    this.#unitOfWork = unitOfWork;
    this.#read = read;
  }

  async load(id: string): Promise<Result> {
    if (this.#next) this.#next.ids.add(id);
    else this.#next = this.#begin(new Set([id]));
    return (await this.#next.found)(id);
  }

  #begin(ids: Set<string>): Batch<Result> {
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
