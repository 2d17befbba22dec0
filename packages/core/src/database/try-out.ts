import type { UnitOfWork, WriteTransaction } from './unit-of-work.js';

/** Carries the answer of work out of its transaction, which it rolls back. */
class TriedOut<Result> extends Error {
  readonly result: Result;

  constructor(result: Result) {
    super('this transaction is only tried out');
    this.result = result;
  }
}

/**
 * Does work in a transaction of its own and rolls it back: the answer is what it would be, and nothing is written or
 * logged. It waits for other writers like any write.
 */
export async function tryOut<Result>(
  unitOfWork: UnitOfWork,
  work: (transaction: WriteTransaction) => Promise<Result>,
): Promise<Result> {
  try {
    return await unitOfWork.write(async (transaction): Promise<never> => {
      throw new TriedOut(await work(transaction));
    });
  } catch (error) {
    if (error instanceof TriedOut) return error.result as Result;
    throw error;
  }
}
