import type { Actor } from '@rollcall/protocol';
import type { WriteTransaction } from '../database/unit-of-work.js';
import type { CascadeRow, Counts } from '../products/cascade-table.js';
import type { CascadeBatch, DeletionContext, Product } from '../products/product.js';
import { newOwnerOf } from './new-owner.js';

/** What a step of a cascade works with. */
export interface CascadeWork {
  transaction: WriteTransaction;
  products: readonly Product[];
  cascade: CascadeRow;
  actor: Actor;
}

/**
 * Goes on with the cascade of one user through the products, for about `budget` changes.
 * @param from the names of the products that are through.
 * @returns the names that are through now, how much was changed in all, how much of the budget is left, and whether all
 * products are through.
 */
export async function cascadeUser(
  work: CascadeWork,
  from: readonly string[],
  budget: number,
): Promise<{ through: string[]; changed: Counts; left: number; isThrough: boolean }> {
  let through = [...from];
  let { changed } = work.cascade;
  let left = budget;
  const next = () => work.products.find(product => !through.includes(product.name));
  for (let product = next(); product && left > 0; product = next()) {
    const batch = await cascadeBatch(work, product, left);
    changed = addCounts(changed, product.name, batch.changed);
    left -= sumOf(batch.changed);
    if (!batch.more) through = [...through, product.name];
    // A batch that changed nothing and asks for another would keep all other writers waiting.
    else if (sumOf(batch.changed) === 0) left = 0;
  }
  return { through, changed, left, isThrough: next() === undefined };
}

function cascadeBatch(work: CascadeWork, product: Product, limit: number): Promise<CascadeBatch> {
  const { transaction, cascade, actor } = work;
  const context = { transaction, userId: cascade.user_id, actor, limit };
  if (cascade.kind !== 'delete') return product[cascade.kind](context);
  const { messages, conversations, calls } = cascade;
  const deletion: DeletionContext = {
    ...context,
    modes: {
      ...(messages && { messages }),
      ...(conversations && { conversations }),
      ...(calls && { calls }),
    },
    eraseUser: cascade.user_mode === 'hard',
    newOwner: () => newOwnerOf(transaction, cascade),
  };
  return product.delete(deletion);
}

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
