import { AsyncLocalStorage } from 'node:async_hooks';
import type { Transaction, WriteTransaction } from './unit-of-work.js';

/**
 * The transaction that the running code is inside of, one store for each unit of work. It makes nested calls join
 * instead of waiting for each other for ever.
 */
export class CurrentTransaction {
  readonly #store = new AsyncLocalStorage<{ transaction: Transaction; writes: boolean; open: boolean }>();

  /** Runs a job inside a transaction. The mark ends with the job, so that code that outlives it is not fooled. */
  async enter<T extends Transaction, Result>(
    transaction: T,
    writes: boolean,
    job: (transaction: T) => Promise<Result>,
  ): Promise<Result> {
    const mark = { transaction, writes, open: true };
    try {
      return await this.#store.run(mark, () => job(transaction));
    } finally {
      mark.open = false;
    }
  }

  get readable(): Transaction | undefined {
    const mark = this.#store.getStore();
    return mark?.open ? mark.transaction : undefined;
  }

  /** @throws Error when a write is attempted inside a read: its snapshot could not see the change. */
  get writable(): WriteTransaction | undefined {
    const mark = this.#store.getStore();
    if (!mark?.open) return undefined;
    if (!mark.writes) throw new Error('a write was begun inside a read');
    return mark.transaction as WriteTransaction;
  }
}
