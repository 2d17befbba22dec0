import sql from 'sql-template-tag';
import type { Queryable } from './unit-of-work.js';

/**
 * Does a part of a transaction. If it throws, the statements of the part are taken back, and so is what it has added to the lists
 * that the end of the transaction goes by.
 */
export async function doPart<Result>(
  transaction: Queryable,
  collected: readonly unknown[][],
  work: () => Promise<Result>,
): Promise<Result> {
  const before = collected.map(list => list.length);
  await transaction.query(sql`SAVEPOINT part`);
  try {
    const result = await work();
    await transaction.query(sql`RELEASE SAVEPOINT part`);
    return result;
  } catch (error) {
    await transaction.query(sql`ROLLBACK TO SAVEPOINT part`);
    await transaction.query(sql`RELEASE SAVEPOINT part`);
    for (const [place, list] of collected.entries()) list.length = before[place] as number;
    throw error;
  }
}
