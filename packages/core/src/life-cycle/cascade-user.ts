import type { Actor } from '@rollcall/protocol';
import type { WriteTransaction } from '../database/unit-of-work.js';
import type { Counts, SweepRow } from '../products/cascade-table.js';
import type { DeletionContext, Product, SweepBatch } from '../products/product.js';
import { heirOf } from './new-owner.js';

/** What a step of a sweep works with. */
export interface SweepWork {
  transaction: WriteTransaction;
  products: readonly Product[];
  sweep: SweepRow;
  actor: Actor;
}

/**
 * Goes on with the sweep of one user through the products, about `budget` changes far.
 * @returns where it stands, how much was changed in all, how much of the budget is left, and whether it is through with every product.
 */
export async function sweepUser(
  work: SweepWork,
  from: SweepPosition,
  budget: number,
): Promise<{ position: SweepPosition; changed: Counts; left: number; through: boolean }> {
  let { through } = from;
  let { changed } = work.sweep;
  let left = budget;
  const next = () => work.products.find(product => !through.includes(product.name));
  for (let product = next(); product && left > 0; product = next()) {
    const batch = await sweepBatch(work, product, left);
    changed = addCounts(changed, product.name, batch.changed);
    left -= sumOf(batch.changed);
    if (!batch.more) through = [...through, product.name];
    // A batch that changed nothing and asks for another would keep everybody else waiting.
    else if (sumOf(batch.changed) === 0) left = 0;
  }
  return { position: { ...from, through }, changed, left, through: next() === undefined };
}

function sweepBatch(work: SweepWork, product: Product, limit: number): Promise<SweepBatch> {
  const { transaction, sweep, actor } = work;
  const context = { transaction, userId: sweep.user_id, actor, limit };
  if (sweep.kind !== 'delete') return product[sweep.kind](context);
  const { messages, conversations, calls } = sweep;
  const deletion: DeletionContext = {
    ...context,
    modes: {
      ...(messages && { messages }),
      ...(conversations && { conversations }),
      ...(calls && { calls }),
    },
    forgetUser: sweep.user_mode === 'hard',
    heir: () => heirOf(transaction, sweep),
  };
  return product.delete(deletion);
}

/** Where the sweep of the user stands that a task is at. It holds no id: the user is the first one that waits. */
export type SweepPosition = {
  /** The products that are through, by name: an operator may add one, or take one away, while the task waits. */
  through: string[];
  /** Of a deletion for good, once the content is done: up to which entry the log has forgotten the user. */
  forgottenTo?: number;
};

/** Where every sweep begins. */
export const BEGINNING: SweepPosition = { through: [] };

/** Adds what a batch changed. */
export function addCounts(changed: Counts, product: string, batch: Readonly<Record<string, number>>): Counts {
  const sums = { ...changed[product] };
  for (const [name, count] of Object.entries(batch)) if (count > 0) sums[name] = (sums[name] ?? 0) + count;
  return Object.keys(sums).length > 0 ? { ...changed, [product]: sums } : changed;
}

/** How many things a batch changed. */
function sumOf(batch: Readonly<Record<string, number>>): number {
  return Object.values(batch).reduce((sum, count) => sum + count, 0);
}
