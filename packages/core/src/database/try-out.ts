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
 * Does work and takes it back: the answer is what it would be, and nothing is written or logged. It waits for other writers like
 * any write. Within a transaction it is a part of it.
 */
export async function tryOut<Result>(
  unitOfWork: Pick<UnitOfWork, 'write' | 'inTransaction'>,
  work: (transaction: WriteTransaction) => Promise<Result>,
): Promise<Result> {
  const { inTransaction } = unitOfWork;
  try {
    return await unitOfWork.write(async (transaction): Promise<never> => {
      const run = async (): Promise<never> => {
        throw new TriedOut(await work(transaction));
      };
      return inTransaction ? transaction.part(run) : run();
    });
  } catch (error) {
    if (error instanceof TriedOut) return error.result as Result;
    throw error;
  }
}
